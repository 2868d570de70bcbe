package storage

import (
	"path"
	"slices"
	"testing"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/policy"
)

const (
	emptierARN = "arn:aws:iam::111122223333:role/Empties"
	admin      = "arn:aws:iam::111122223333:role/Admin"
	uploader   = "arn:aws:iam::111122223333:role/Uploader"
	partner    = "777788889999"
	endpoint   = "vpce-0123456789abcdef0"
)

var (
	administered = environment.Environment{Administrators: []string{admin}}
	replica      = Replica{
		Bucket: "arn:aws:s3:::replica", Key: "arn:aws:kms:us-west-2:444455556666:key/1234abcd", Region: "us-west-2", Account: "444455556666",
	}
)

// build is a builder in us-east-1.
func build(p DataBucketProps) *builder {
	b := &builder{p: p, at: here, path: "Stack/Data"}
	if b.keyed() {
		b.keyARN = "KEY"
	}
	if !p.Environment.Tier.RetainsData() {
		b.emptier, b.emptierFunction = emptierARN, "arn:aws:lambda:us-east-1:111122223333:function:Empties"
	}
	return b
}

func TestStatementsByOption(t *testing.T) {
	const (
		always = "PlainHTTP; OldTLS; Outsiders"
		keys   = "; KeyBroughtAlong; OtherEncryption; OtherKey; KeyOfTheAccount"
		logs   = "; AccessLogs; Inventories; WrittenByServices; Kept"
		out    = "; ObjectsFromOutside; NamesFromOutside; VersionsFromOutside"
	)
	tests := []struct {
		name  string
		props DataBucketProps
		want  string
	}{
		{"nothing said", DataBucketProps{}, always + keys},
		{"checkpoints", DataBucketProps{Class: Checkpoints}, always + keys},
		{"logs", DataBucketProps{Class: Logs}, always + "; KeyBroughtAlong" + logs},
		{"endpoints", DataBucketProps{Endpoints: []string{endpoint}}, always + out + keys},
		{"endpoints of logs", DataBucketProps{Class: Logs, Endpoints: []string{endpoint}}, always + out + "; KeyBroughtAlong" + logs},
		{"administrators", DataBucketProps{Environment: administered}, always + keys + "; Settings"},
		{"organization", DataBucketProps{Organization: "o-a1b2c3d4e5"}, always + keys},
		{"a lock that administrators lift", DataBucketProps{Lock: Lock{Governance, 1}}, always + keys + "; LiftedLocks"},
		{"a lock that nobody lifts", DataBucketProps{Lock: Lock{Compliance, 1}}, always + keys},
		{"replica", DataBucketProps{ReplicateTo: replica}, always + keys},
		{"backup", DataBucketProps{Backup: &Backup{}}, always + keys},
		{"shares", DataBucketProps{Shares: []Share{{Account: partner}, {Account: "444455556666", Write: true}}}, always + keys +
			"; Allow s3:GetObject; Allow s3:ListBucket; Allow s3:GetObject,s3:PutObject,s3:AbortMultipartUpload; Allow s3:ListBucket"},
		{"replicated from", DataBucketProps{ReplicatedFrom: []string{partner}}, always + keys + "; Allow s3:ReplicateObject,s3:ReplicateDelete,s3:ReplicateTags"},
		{"Development", DataBucketProps{Environment: environment.Environment{Tier: development}}, always + keys + "; ClosedWithStack; EmptiedWithStack; ListedWithStack"},
		{"logs of Development", DataBucketProps{Class: Logs, Environment: environment.Environment{Tier: development}},
			always + "; KeyBroughtAlong" + logs + "; ClosedWithStack; EmptiedWithStack; ListedWithStack"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := labels(build(test.props).statements()); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestStatementsWordByWord(t *testing.T) {
	const (
		all       = `"Effect":"Deny","Principal":"*","Resource":["BUCKET","BUCKET/*"],"Sid":`
		objects   = `"Effect":"Deny","Principal":"*","Resource":"BUCKET/*","Sid":`
		put       = `{"Action":"s3:PutObject","Condition":{`
		algorithm = `"s3:x-amz-server-side-encryption"`
		keyID     = `"s3:x-amz-server-side-encryption-aws-kms-key-id"`
		fromS3    = `{"Action":"s3:PutObject","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"},"StringEquals":{"aws:SourceAccount":"111122223333"`
		deleting  = `{"Action":["s3:DeleteObject","s3:DeleteObjectVersion"],`
	)
	given := build(DataBucketProps{})
	given.keyARN = "arn:aws:kms:us-east-1:111122223333:key/given"
	plain, logs := build(DataBucketProps{}), build(DataBucketProps{Class: Logs})
	sharing := build(DataBucketProps{Organization: "o-a1b2c3d4e5", ReplicatedFrom: []string{"444455556666"},
		Shares: []Share{{Account: partner, Path: "public/", Write: true}}})
	managed := environment.Environment{Tier: development, Administrators: []string{admin}}
	tests := []struct {
		b           *builder
		label, want string
	}{
		{plain, "PlainHTTP", `{"Action":"s3:*","Condition":{"Bool":{"aws:SecureTransport":"false"}},` + all + `"PlainHTTP"}`},
		{plain, "OldTLS", `{"Action":"s3:*","Condition":{"NumericLessThan":{"s3:TlsVersion":"1.2"}},` + all + `"OldTLS"}`},
		{plain, "Outsiders", `{"Action":"s3:*","Condition":{"BoolIfExists":{"aws:PrincipalIsAWSService":"false"},` +
			`"StringNotEquals":{"aws:PrincipalAccount":["111122223333"]}},` + all + `"Outsiders"}`},
		{sharing, "Outsiders", `{"Action":"s3:*","Condition":{"BoolIfExists":{"aws:PrincipalIsAWSService":"false"},` +
			`"StringNotEquals":{"aws:PrincipalAccount":["111122223333","777788889999","444455556666"],"aws:PrincipalOrgID":"o-a1b2c3d4e5"}},` + all + `"Outsiders"}`},
		{plain, "KeyBroughtAlong", put + `"Null":{"s3:x-amz-server-side-encryption-customer-algorithm":"false"}},` + objects + `"KeyBroughtAlong"}`},
		{plain, "OtherEncryption", put + `"Null":{` + algorithm + `:"false"},"StringNotEquals":{` + algorithm + `:"aws:kms"}},` + objects + `"OtherEncryption"}`},
		{plain, "OtherKey", put + `"ArnNotEquals":{` + keyID + `:"KEY"},"Null":{` + keyID + `:"false"}},` + objects + `"OtherKey"}`},
		{given, "OtherKey", put + `"ArnNotEquals":{` + keyID + `:"arn:aws:kms:us-east-1:111122223333:key/given"},"Null":{` + keyID + `:"false"}},` +
			objects + `"OtherKey"}`},
		{plain, "KeyOfTheAccount", put + `"Null":{` + keyID + `:"true"},"StringEquals":{` + algorithm + `:"aws:kms"}},` + objects + `"KeyOfTheAccount"}`},
		{build(DataBucketProps{Lock: Lock{Governance, 1}}), "LiftedLocks", `{"Action":"s3:BypassGovernanceRetention",` + objects + `"LiftedLocks"}`},
		{build(DataBucketProps{Lock: Lock{Governance, 1}, Environment: administered}), "LiftedLocks",
			`{"Action":"s3:BypassGovernanceRetention","Condition":{"ArnNotLike":{"aws:PrincipalArn":["` + admin + `"]}},` + objects + `"LiftedLocks"}`},
		{sharing, "Allow s3:GetObject,s3:PutObject,s3:AbortMultipartUpload", `{"Action":["s3:GetObject","s3:PutObject","s3:AbortMultipartUpload"],` +
			`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::777788889999:root"},"Resource":"BUCKET/public/*"}`},
		{sharing, "Allow s3:ListBucket", `{"Action":"s3:ListBucket","Condition":{"StringLike":{"s3:prefix":"public/*"}},` +
			`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::777788889999:root"},"Resource":"BUCKET"}`},
		{sharing, "Allow s3:ReplicateObject,s3:ReplicateDelete,s3:ReplicateTags", `{"Action":["s3:ReplicateObject","s3:ReplicateDelete","s3:ReplicateTags"],` +
			`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Resource":"BUCKET/*"}`},
		{logs, "AccessLogs", fromS3 + `}},"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Resource":"BUCKET/*","Sid":"AccessLogs"}`},
		{logs, "Inventories", fromS3 + `,"s3:x-amz-acl":"bucket-owner-full-control"}},` +
			`"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Resource":"BUCKET/inventory/*","Sid":"Inventories"}`},
		{logs, "WrittenByServices", put + `"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}},` + objects + `"WrittenByServices"}`},
		{logs, "Kept", deleting + objects + `"Kept"}`},
		{build(DataBucketProps{Class: Logs, Environment: managed}), "Kept",
			deleting + `"Condition":{"ArnNotLike":{"aws:PrincipalArn":["` + admin + `","` + emptierARN + `"]}},` + objects + `"Kept"}`},
		{build(DataBucketProps{Environment: managed}), "EmptiedWithStack",
			deleting + `"Effect":"Allow","Principal":{"AWS":"` + emptierARN + `"},"Resource":"BUCKET/*","Sid":"EmptiedWithStack"}`},
		{build(DataBucketProps{Environment: managed}), "ListedWithStack",
			`{"Action":"s3:ListBucketVersions","Effect":"Allow","Principal":{"AWS":"` + emptierARN + `"},"Resource":"BUCKET","Sid":"ListedWithStack"}`},
	}
	for _, test := range tests {
		t.Run(test.label, func(t *testing.T) { same(t, labelled(t, test.b.statements(), test.label).JSON(), test.want) })
	}
}

// Who comes from outside the endpoints; a deployment lists names besides, since it makes and deletes the bucket.
func TestWhoComesFromOutside(t *testing.T) {
	const (
		service   = `"BoolIfExists":{"aws:PrincipalIsAWSService":"false"},`
		elsewhere = `"StringNotEquals":{"aws:SourceVpce":["vpce-0123456789abcdef0"]}}`
		deploys   = `"arn:aws:iam::111122223333:role/cdk-*-cfn-exec-role-111122223333-us-east-1"`
		lustre    = `"arn:aws:iam::111122223333:role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_fs-*"`
	)
	tests := []struct {
		name           string
		props          DataBucketProps
		objects, names string
	}{
		{"nobody", DataBucketProps{}, ``, deploys},
		{"administrators", DataBucketProps{Environment: administered}, `"` + admin + `"`, `"` + admin + `",` + deploys},
		{"roles", DataBucketProps{OutsideRoles: []string{uploader}}, `"` + uploader + `"`, `"` + uploader + `",` + deploys},
		{"replication", DataBucketProps{ReplicateTo: replica}, `"REPLICATION"`, `"REPLICATION",` + deploys},
		{"backup", DataBucketProps{Backup: &Backup{}}, `"BACKUP"`, `"BACKUP",` + deploys},
		{"Lustre", DataBucketProps{LinkedToLustre: true}, lustre + `,` + deploys, lustre + `,` + deploys},
		{"the emptying function", DataBucketProps{Environment: environment.Environment{Tier: development}}, `"` + emptierARN + `"`, `"` + emptierARN + `",` + deploys},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.props.Endpoints = []string{endpoint}
			all := build(test.props).statements()
			but := func(who string) string {
				if who == "" {
					return `{`
				}
				return `{"ArnNotLike":{"aws:PrincipalArn":[` + who + `]},`
			}
			same(t, labelled(t, all, "ObjectsFromOutside").Conditions, but(test.objects)+service+elsewhere)
			same(t, labelled(t, all, "NamesFromOutside").Conditions, but(test.names)+`"StringNotEquals":{"aws:PrincipalTag/PlinthJob":"true",`+elsewhere[len(`"StringNotEquals":{`):])
			same(t, labelled(t, all, "VersionsFromOutside").Conditions, but(test.names)+elsewhere)
		})
	}
}

// A wrong endpoint id must not lock a deployment out: what is denied by network is never a setting.
func TestTheNetworkDeniesNoSetting(t *testing.T) {
	for _, pattern := range slices.Concat(objectActions, nameActions, versionActions) {
		for _, setting := range settings {
			if matches, err := path.Match(pattern, setting); matches || err != nil {
				t.Errorf("%s denies %s: %v", pattern, setting, err)
			}
		}
	}
	outside := build(DataBucketProps{Endpoints: []string{endpoint}}).statements()
	for _, d := range []struct {
		label, resource string
		actions         []string
	}{{"ObjectsFromOutside", `["BUCKET/*"]`, objectActions}, {"NamesFromOutside", `["BUCKET"]`, nameActions}, {"VersionsFromOutside", `["BUCKET"]`, versionActions}} {
		s := labelled(t, outside, d.label)
		if s.Effect != policy.Deny || s.Principal["*"] != "*" || !slices.Equal(s.Actions, d.actions) {
			t.Errorf("%s: %s to %v of %v", d.label, s.Effect, s.Principal, s.Actions)
		}
		same(t, s.References, d.resource)
	}
	settled := labelled(t, build(DataBucketProps{Environment: administered}).statements(), "Settings")
	same(t, settled.Conditions, `{"ArnNotLike":{"aws:PrincipalArn":["`+admin+`","arn:aws:iam::111122223333:role/cdk-*-cfn-exec-role-111122223333-us-east-1"]}}`)
	if !slices.Equal(settled.Actions, settings) {
		t.Errorf("settings are %v", settled.Actions)
	}
}

package properties

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"pgregory.net/rapid"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/problem"
)

type object = map[string]any

// statements are those of a resource's policy.
func statements(r assembly.Resource, property string) []object {
	var all []object
	document, _ := r.Properties[property].(object)
	list, _ := document["Statement"].([]any)
	for _, s := range list {
		all = append(all, s.(object))
	}
	return all
}

// policyOf are the statements of a bucket's policy.
func policyOf(t *rapid.T, template assembly.Template, bucket string) []object {
	for _, id := range template.OfType("AWS::S3::BucketPolicy") {
		if r := template.Resources[id]; asText(r.Properties["Bucket"]) == `{"Ref":"`+bucket+`"}` {
			if r.DeletionPolicy != template.Resources[bucket].DeletionPolicy {
				t.Fatalf("%s stays without its policy", bucket)
			}
			return statements(r, "PolicyDocument")
		}
	}
	t.Fatalf("%s has no policy", bucket)
	return nil
}

func TestEveryBucketIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawn(t, false)
		template := b.made(t, region.Draw(t, "region"))
		if strings.Contains(asText(template), "${Token") {
			t.Fatal("a token stays in the template")
		}
		for _, id := range template.OfType("AWS::S3::Bucket") {
			r := template.Resources[id]
			class, tier := storage.Logs, environment.Production
			switch {
			case r.Path() == "Stack/Data/Default/Bucket":
				class, tier = b.props.Class, b.props.Environment.Tier
			case strings.HasPrefix(r.Path(), "Stack/Data/"):
				tier = b.props.Environment.Tier
			}
			encrypted, blocked, text := asText(r.Properties["BucketEncryption"]), asText(r.Properties["PublicAccessBlockConfiguration"]), asText(r.Properties)
			isLogs := class == storage.Logs
			switch {
			case isLogs == strings.Contains(encrypted, `"SSEAlgorithm":"aws:kms"`) || isLogs == strings.Contains(encrypted, `"KMSMasterKeyID":`):
				t.Fatalf("%s is encrypted by %s", id, encrypted)
			case blocked != `{"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":true,"RestrictPublicBuckets":true}`:
				t.Fatalf("%s blocks %s", id, blocked)
			case !strings.Contains(text, `"OwnershipControls":{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]}`):
				t.Fatalf("%s has ACLs: %s", id, text)
			case isLogs == strings.Contains(text, `"DestinationBucketName":{"Ref":`):
				t.Fatalf("%s logs: %s", id, text)
			case (class == storage.Checkpoints) == (r.Properties["VersioningConfiguration"] != nil):
				t.Fatalf("%s: versions %v", id, r.Properties["VersioningConfiguration"])
			case r.Properties["BucketName"] != nil || r.Properties["BucketNamePrefix"] != nil || r.Properties["AccessControl"] != nil:
				t.Fatalf("%s has a name or an ACL: %s", id, text)
			}
			keepsData(t, template, id, tier)
			refuses(t, policyOf(t, template, id), id)
		}
		for _, id := range template.OfType("AWS::KMS::Key") {
			if r := template.Resources[id]; r.Properties["EnableKeyRotation"] != true {
				t.Fatalf("%s does not rotate", id)
			} else if strings.HasPrefix(r.Path(), "Stack/Data/") {
				keepsData(t, template, id, b.props.Environment.Tier)
			}
			policy := statements(template.Resources[id], "KeyPolicy")
			if len(policy) < 3 {
				t.Fatalf("%s has no policy of its own", id)
			}
			for _, s := range policy {
				if s["Principal"] == "*" && !strings.Contains(asText(s["Condition"]), `"aws:PrincipalArn"`) || strings.Contains(asText(s["Action"]), "*") {
					t.Fatalf("%s lets everybody in, or to everything: %s", id, asText(s))
				}
			}
		}
	})
}

// keepsData: what holds data outlives its stack and its replacement, everywhere but in Development.
func keepsData(t *rapid.T, template assembly.Template, id string, tier environment.Tier) {
	gone, replaced := "RetainExceptOnCreate", "Retain"
	if tier == environment.Development {
		gone, replaced = "Delete", "Delete"
	}
	if r := template.Resources[id]; r.DeletionPolicy != gone || r.UpdateReplacePolicy != replaced {
		t.Fatalf("%s in %s: DeletionPolicy %s, UpdateReplacePolicy %s", id, tier, r.DeletionPolicy, r.UpdateReplacePolicy)
	}
}

// refuses: a policy denies old and plain connections and outsiders, allows nothing to everybody, and denies nobody's settings
// for good.
func refuses(t *rapid.T, policy []object, id string) {
	found := map[string]bool{}
	for _, s := range policy {
		condition, text := asText(s["Condition"]), asText(s)
		if s["Effect"] == "Allow" {
			if s["Principal"] == "*" || strings.Contains(asText(s["Principal"]), `"*"`) || strings.Contains(asText(s["Action"]), "*") {
				t.Fatalf("%s allows too much: %s", id, text)
			}
			continue
		}
		if s["Principal"] != "*" {
			t.Fatalf("%s denies to some only: %s", id, text)
		}
		whole := s["Action"] == "s3:*"
		if whole && len(s["Resource"].([]any)) != 2 {
			t.Fatalf("%s denies for %s", id, text)
		}
		found["http"] = found["http"] || whole && condition == `{"Bool":{"aws:SecureTransport":"false"}}`
		found["tls"] = found["tls"] || whole && condition == `{"NumericLessThan":{"s3:TlsVersion":"1.2"}}`
		found["outsiders"] = found["outsiders"] || whole && strings.Contains(condition, `"StringNotEquals":{"aws:PrincipalAccount":[`)
		if settings := whole || strings.Contains(asText(s["Action"]), "Bucket"); settings && s["Condition"] == nil {
			t.Fatalf("%s denies its settings to everybody: %s", id, text)
		}
	}
	for _, what := range []string{"http", "tls", "outsiders"} {
		if !found[what] {
			t.Fatalf("%s does not deny %s: %s", id, what, asText(policy))
		}
	}
}

// Whatever is said of a bucket is taken or refused with all that is wrong, and never by another kind of panic.
func TestEveryMistakeIsAFault(t *testing.T) {
	refused := 0
	rapid.Check(t, func(t *rapid.T) {
		b := drawn(t, true)
		var want error
		_, err := tried(t, "", func(stack awscdk.Stack) {
			if b.logsClass != storage.Logs && !b.logs {
				b.logsClass = storage.Logs
			}
			p := b.around(stack)
			want = p.Validate()
			storage.NewDataBucket(stack, "Data", p)
		})
		f := faultOf(err, "storage.DataBucket")
		switch {
		case want == nil && err == nil:
			return
		case want == nil || f == nil:
			t.Fatalf("Validate says\n%v\nand the error is\n%v", want, err)
		case f.Err.Error() != want.Error() || f.Path != "Stack/Data":
			t.Fatalf("got\n%v\nwant\n%v", f, want)
		}
		refused++
		for _, e := range problem.All(f.Err) {
			if said := e.Error(); !strings.Contains(said, ": got ") || !strings.Contains(said, "; allowed: ") {
				t.Fatalf("got %s", said)
			}
		}
	})
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

// The bucket stays the same whatever is changed about it, and what holds data and goes from the template stays in the account.
func TestNoUpdateLosesData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := drawn(t, false), drawn(t, false)
		old, now := before.made(t, ""), after.made(t, "")
		for _, typ := range []string{"AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Backup::BackupVault"} {
			for _, id := range old.OfType(typ) {
				was, is := old.Resources[id], now.Resources[id]
				gone := is.Type == ""
				switch {
				case gone && was.Path() == "Stack/Data/Default/Bucket":
					t.Fatalf("%s gets another id", id)
				case gone && !strings.HasPrefix(was.DeletionPolicy, "Retain") && before.props.Environment.Tier != environment.Development:
					t.Fatalf("%s is deleted", id)
				case !gone && is.Type != was.Type:
					t.Fatalf("%s becomes a %s", id, is.Type)
				case !gone && typ == "AWS::Backup::BackupVault" && asText(was.Properties["BackupVaultName"]) != asText(is.Properties["BackupVaultName"]):
					t.Fatalf("%s gets another name", id)
				}
			}
		}
	})
}

// A grant allows what is below its prefixes and no other actions; a path that would allow more is refused.
func TestGrantsEndAtTheirPrefixes(t *testing.T) {
	paths := rapid.StringMatching(`[a-z*?$/{]{0,4}/?`)
	actions := []string{"s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "kms:Decrypt", "kms:GenerateDataKey"}
	rapid.Check(t, func(t *rapid.T) {
		var grants []storage.Grant
		var allowed []string
		valid := true
		for range rapid.IntRange(1, 4).Draw(t, "grants") {
			bucket := &storage.DataBucket{ARN: "arn:aws:s3:::" + rapid.SampledFrom([]string{"a", "b"}).Draw(t, "bucket"), Region: "us-east-1", KeyARN: "key"}
			p := bucket.Prefix(paths.Draw(t, "path"))
			valid = valid && p.Validate() == nil
			grants = append(grants, rapid.SampledFrom([]storage.Grant{p.GrantRead(), p.GrantWrite(), p.GrantReadWrite()}).Draw(t, "grant"))
			allowed = append(allowed, bucket.ARN, bucket.ARN+"/"+p.Path+"*", "key")
		}
		document, refused := documentOf(grants)
		if refused == valid {
			t.Fatalf("valid is %t, and refused %t", valid, refused)
		}
		if refused {
			return
		}
		for _, s := range document["Statement"].([]any) {
			for field, known := range map[string][]string{"Action": actions, "Resource": allowed} {
				for _, value := range list(s.(object)[field]) {
					if !slices.Contains(known, value.(string)) {
						t.Fatalf("%s %s in %s", field, value, asText(s))
					}
				}
			}
			if s := s.(object); s["Action"] == "s3:ListBucket" {
				for _, prefix := range s["Condition"].(object)["StringLike"].(object)["s3:prefix"].([]string) {
					if path := strings.TrimSuffix(prefix, "*"); strings.ContainsAny(path, "*?") || !slices.Contains(allowed, s["Resource"].(string)+"/"+prefix) {
						t.Fatalf("other names are listed: %s", asText(s))
					}
				}
			}
		}
	})
}

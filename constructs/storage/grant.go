package storage

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Grant is what somebody is allowed on prefixes and objects. It is made of statements and makes no call: see
// [PolicyDocument].
type Grant struct {
	reads, writes, deletes []Prefix
	objects                []Object // that are read
}

// GrantRead allows to list and read the objects below the prefix.
func (p Prefix) GrantRead() Grant { return Grant{reads: []Prefix{p}} }

// GrantWrite allows to write objects below the prefix. It allows neither to read nor to delete them; writing over one
// keeps the old version where the bucket's class keeps versions.
func (p Prefix) GrantWrite() Grant { return Grant{writes: []Prefix{p}} }

// GrantReadWrite allows to list, read and write the objects below the prefix.
func (p Prefix) GrantReadWrite() Grant { return Grant{reads: []Prefix{p}, writes: []Prefix{p}} }

// GrantReadWriteDelete allows to list, read, write and delete the objects below the prefix: for checkpoints, of which a
// job takes the old ones away. Where the bucket's class keeps versions a deleted object can be brought back.
func (p Prefix) GrantReadWriteDelete() Grant {
	return Grant{reads: []Prefix{p}, writes: []Prefix{p}, deletes: []Prefix{p}}
}

// Validate reports every problem of the grant's prefixes and objects.
func (g Grant) Validate() error {
	var l problem.List
	if len(g.reads)+len(g.writes)+len(g.objects) == 0 {
		l.Add("", nil, "what is granted", "make it by Prefix.GrantRead and its like")
	}
	for _, p := range slices.Compact(slices.Concat(g.reads, g.writes)) {
		if slices.Contains(g.writes, p) {
			l.Include("", p.ValidateWritten())
		} else {
			l.Include("", p.Validate())
		}
	}
	for _, o := range g.objects {
		l.Include("", o.Validate())
	}
	return l.Err()
}

// ValidateOutside reports the buckets of the grant that the role can't reach from outside the network, whatever it is
// allowed. Of an existing bucket nothing is known: it is taken to be reached. The role is given by its ARN; empty: it
// has no name to be known by.
func (g Grant) ValidateOutside(role string) error {
	var l problem.List
	buckets := map[*DataBucket]bool{}
	for _, p := range slices.Concat(g.reads, g.writes) {
		b := p.Bucket
		if b == nil || buckets[b] || !b.endpoints || role != "" && b.letsIn(role) {
			continue
		}
		buckets[b] = true
		fix := "name " + role + " in the bucket's OutsideRoles"
		if role == "" {
			fix = "set Name, and name access.LauncherRole in the bucket's OutsideRoles"
		}
		l.Add("", problem.Phrase(fmt.Sprintf("%q of %s, which is reached through its Endpoints", p.Path, cdk.PathOf(b.Construct))),
			"a bucket that lets the role in from outside its Endpoints", fix)
	}
	return l.Err()
}

// letsIn tells whether a role, by its ARN, reaches objects from outside the endpoints. An administrator of whom nothing
// is known is not taken for the role: one that starts jobs is named among OutsideRoles.
func (b *DataBucket) letsIn(role string) bool {
	return slices.ContainsFunc(b.outside, func(pattern string) bool { return like(pattern, role) }) ||
		slices.ContainsFunc(b.administrators, func(pattern string) bool { return !unknown(pattern) && like(pattern, role) })
}

// unknown tells of an ARN whether only the deployment knows the name in it.
func unknown(arn string) bool { return token.Is(arn) && !strings.Contains(arn, ":role/") }

// ValidateAdministrator reports that the bucket keeps a role from its objects or settings since it is none of its
// environment's Administrators. A bucket without Endpoints and Administrators keeps nobody out, and of an existing
// bucket nothing is known. The role is given by its ARN.
func (b *DataBucket) ValidateAdministrator(role string) error {
	is := func(pattern string) bool { return like(pattern, role) }
	if b == nil || !b.endpoints && len(b.administrators) == 0 || slices.ContainsFunc(b.administrators, is) {
		return nil
	}
	denied := "its settings"
	if b.endpoints && !slices.ContainsFunc(b.outside, is) {
		denied = "its objects"
	} else if len(b.administrators) == 0 {
		return nil
	}
	return problem.Problem{
		Got:     problem.Phrase(cdk.PathOf(b.Construct) + ", which denies " + denied + " to " + role),
		Allowed: "a bucket whose Environment names the role among its Administrators",
		Fix:     "add access.BreakGlassRole to them, which is known before the role is there",
	}
}

// like tells whether a pattern of an ARN, in which a * stands for any text, matches an ARN. What only the deployment
// knows matches: each stack has tokens of its own for it.
func like(pattern, text string) bool {
	if token.Is(pattern + text) {
		_, pattern, _ = strings.Cut(pattern, ":role/")
		_, text, _ = strings.Cut(text, ":role/")
		if pattern == "" || text == "" {
			return true
		}
		pattern, text = token.Pattern.ReplaceAllString(pattern, "token"), token.Pattern.ReplaceAllString(text, "token")
	}
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$").MatchString(text)
}

// PolicyDocument is an IAM policy document that allows the grants, for one call:
// awsiam.PolicyDocument_FromJson(storage.PolicyDocument(...)). Keys can be used through S3 only. It panics with one
// message that holds every problem when a prefix is wrong.
func PolicyDocument(grants ...Grant) map[string]any {
	var l problem.List
	for i, g := range grants {
		l.Include(fmt.Sprintf("Grants[%d]", i), g.Validate())
	}
	fault.Check("storage.PolicyDocument", l.Err())
	return policy.Document(Statements(grants...)...)
}

// Statements are those that allow the grants, few for many prefixes. It panics as [PolicyDocument] does.
func Statements(grants ...Grant) []policy.Statement {
	var g Grant
	for _, more := range grants {
		fault.Check("storage.Statements", more.Validate())
		g.reads, g.writes = append(g.reads, more.reads...), append(g.writes, more.writes...)
		g.deletes, g.objects = append(g.deletes, more.deletes...), append(g.objects, more.objects...)
	}
	s := lists(g.reads, g.objects)
	if arns := objectARNs(g.reads); len(arns)+len(g.objects) > 0 {
		for _, o := range g.objects {
			arns = append(arns, o.arn())
		}
		s = append(s, policy.Statement{
			Effect: policy.Allow, Actions: []string{"s3:GetObject"}, Resources: arns, Why: "every object below the prefixes that are read",
		})
	}
	if len(g.writes) > 0 {
		s = append(s, policy.Statement{
			Effect: policy.Allow, Actions: []string{"s3:PutObject", "s3:AbortMultipartUpload"}, Resources: objectARNs(g.writes),
			Why: "every object below the prefixes that are written",
		})
	}
	if len(g.deletes) > 0 {
		s = append(s, policy.Statement{
			Effect: policy.Allow, Actions: []string{"s3:DeleteObject"}, Resources: objectARNs(g.deletes), Why: "every object below the prefixes that are deleted from",
		})
	}
	// An upload in parts decrypts what it has written so far.
	use := func(prefixes []Prefix, actions ...string) {
		if keys := keyARNs(prefixes); len(keys) > 0 {
			s = append(s, policy.Statement{
				Effect: policy.Allow, Actions: actions, Resources: keys,
				Conditions: policy.Conditions{"StringEquals": {"kms:ViaService": services(prefixes)}},
			})
		}
	}
	written := keyARNs(g.writes)
	read := slices.Clone(g.reads)
	for _, o := range g.objects {
		read = append(read, o.Bucket.Prefix(""))
	}
	use(slices.DeleteFunc(read, func(p Prefix) bool { return slices.Contains(written, p.Bucket.KeyARN) }), "kms:Decrypt")
	use(g.writes, "kms:GenerateDataKey", "kms:Decrypt")
	return s
}

// lists let the objects, and the keys below the prefixes, be seen and no others: one statement a bucket.
func lists(reads []Prefix, objects []Object) []policy.Statement {
	var s []policy.Statement
	var buckets []string
	prefixes := map[string][]string{}
	add := func(bucket, pattern string) {
		if prefixes[bucket] == nil {
			buckets = append(buckets, bucket)
		}
		prefixes[bucket] = append(prefixes[bucket], pattern)
	}
	for _, p := range reads {
		add(p.Bucket.ARN, p.Path+"*")
	}
	for _, o := range objects {
		add(o.Bucket.ARN, o.Key)
	}
	for _, bucket := range buckets {
		s = append(s, policy.Statement{
			Effect: policy.Allow, Actions: []string{"s3:ListBucket"}, Resources: []string{bucket},
			Conditions: policy.Conditions{"StringLike": {"s3:prefix": prefixes[bucket]}},
		})
	}
	return s
}

// services are S3's names in the regions of the prefixes.
func services(prefixes []Prefix) any {
	var all []string
	for _, p := range prefixes {
		if s := "s3." + p.Bucket.Region + ".amazonaws.com"; !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

func objectARNs(all []Prefix) []string {
	arns := make([]string, len(all))
	for i, p := range all {
		arns[i] = p.Bucket.ARN + "/" + p.Path + "*"
	}
	return arns
}

func keyARNs(all []Prefix) []string {
	var keys []string
	for _, p := range all {
		if p.Bucket.KeyARN != "" && !slices.Contains(keys, p.Bucket.KeyARN) {
			keys = append(keys, p.Bucket.KeyARN)
		}
	}
	return keys
}

package verify

import (
	"fmt"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// unreadable finds what of Plinth's stays when its stack is deleted, and is nothing without what goes: objects that the
// stack deletes, or the key that they are encrypted by
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html).
func unreadable(a *app) []assembly.Finding {
	return append(emptied(a), undecrypted(a)...)
}

// emptied finds buckets that stay, and whose objects are deleted with the stack all the same.
func emptied(a *app) []assembly.Finding {
	var all []assembly.Finding
	for _, e := range a.of("Custom::EmptiedWithStack") {
		bucket, known := a.target(e.stack, e.Properties["Bucket"])
		construct, ours := emitted(e.Path())
		if !ours || !known || !bucket.stays() || e.stays() {
			continue
		}
		all = append(all, assembly.Finding{
			Path: bucket.Path(),
			Description: fmt.Sprintf("the bucket stays when its stack is deleted, and its objects do not: what empties storage.DataBucket %s "+
				"is deleted with the stack", construct),
			Fix: "keep the whole construct, by awscdk.RemovalPolicies_Of(bucket.Construct).Retain(nil), or give the bucket an Environment of another tier",
		})
	}
	return all
}

// undecrypted finds keys that go while something stays that they encrypt.
func undecrypted(a *app) []assembly.Finding {
	var all []assembly.Finding
	told := map[string]bool{}
	for _, u := range keyUses {
		for _, r := range a.of(u.typ) {
			construct, ours := emitted(r.Path())
			for _, named := range inside(r.Properties, strings.Split(u.property, ".")...) {
				key, known := a.target(r.stack, named)
				if !ours || !r.stays() || !known || key.Type != "AWS::KMS::Key" || key.stays() || told[key.Path()] {
					continue
				}
				told[key.Path()] = true
				all = append(all, assembly.Finding{
					Path: key.Path(),
					Description: fmt.Sprintf("the key is deleted with its stack, and the %s of %s stays, which nobody can read without the key",
						r.Type, construct),
					Fix: "keep the key, by its ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN)",
				})
			}
		}
	}
	return all
}

// stays tells whether a resource is not deleted with its stack.
func (r resource) stays() bool { return r.DeletionPolicy != "" && r.DeletionPolicy != "Delete" }

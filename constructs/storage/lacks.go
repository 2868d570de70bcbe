package storage

import "fmt"

// Lack is one thing that an existing bucket lacks.
type Lack struct {
	// What it lacks.
	What string
	// Fix is what to do.
	Fix string
}

// String says it in one line.
func (l Lack) String() string { return l.What + ": " + l.Fix }

// existing is what an app says of a bucket, in CloudFormation's terms; absent is nil.
type existing struct {
	class                                                                Class
	encryption, publicAccess, ownership, versioning, lifeCycle, accesses any
	policy                                                               any
	// emptied tells that its objects are deleted with its stack.
	emptied bool
	// key is what an app says of the bucket's key; nil: none is given.
	key map[string]any
	// keyKnown tells whether the app says anything of it.
	keyKnown bool
}

// lacks compares it with what the class gives a bucket of Plinth's own.
func (e existing) lacks() []Lack {
	var all []Lack
	need := func(ok bool, what, fix string) {
		if !ok {
			all = append(all, Lack{what, fix})
		}
	}
	rule := first(e.encryption, "ServerSideEncryptionConfiguration")
	if classes[e.class].keyed {
		algorithm := get(rule, "ServerSideEncryptionByDefault", "SSEAlgorithm")
		need(algorithm == "aws:kms", "encryption by a KMS key", "set Encryption to KMS; what is stored already keeps the encryption that it has")
		need(algorithm != "aws:kms" || get(rule, "ServerSideEncryptionByDefault", "KMSMasterKeyID") != nil, "a key of the team's own",
			"set EncryptionKey; AWS's own key has a policy that nobody can narrow")
		need(get(rule, "BucketKeyEnabled") == true, "a bucket key", "set BucketKeyEnabled: it saves nearly all requests to KMS")
	}
	blocked := true
	for _, field := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		blocked = blocked && get(e.publicAccess, field) == true
	}
	need(blocked, "a full block of public access", "set BlockPublicAccess to BLOCK_ALL")
	need(get(first(e.ownership, "Rules"), "ObjectOwnership") == "BucketOwnerEnforced", "enforced ownership",
		"set ObjectOwnership to BUCKET_OWNER_ENFORCED, which turns ACLs off")
	need(!classes[e.class].versioned || get(e.versioning, "Status") == "Enabled", "versions", "set Versioned: a deleted object can't be had back")
	need(!e.emptied, "objects that outlive its stack", "leave AutoDeleteObjects out, but in Development: the stack deletes them with itself")
	need(e.class == Logs || e.accesses != nil, "access logs", "set ServerAccessLogsBucket")
	need(e.lifeCycle != nil, "a life cycle", "set LifecycleRules: uploads that never ended are paid for")
	need(denies(e.policy, "aws:SecureTransport"), "a deny of plain HTTP", "set EnforceSSL")
	need(denies(e.policy, "s3:TlsVersion"), "a deny of TLS below 1.2", "set MinimumTLSVersion to 1.2")
	if e.keyKnown {
		need(e.key["EnableKeyRotation"] == true, "rotation of its key", "set EnableKeyRotation")
	}
	return all
}

// unseen is said of a bucket that is not made in the app.
func unseen(name string) Lack {
	return Lack{
		What: "it is not made in this app, which so can't see what it lacks",
		Fix: fmt.Sprintf("compare what these print with the package's documentation: "+
			"aws s3api get-bucket-encryption, get-public-access-block, get-bucket-versioning, get-bucket-logging, get-bucket-policy --bucket %s", name),
	}
}

// get is a value inside nested objects, nil where there is none.
func get(v any, path ...string) any {
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
		if v == nil {
			v = m[lower(name)] // the CDK's own spelling, before it is rendered
		}
	}
	return v
}

func lower(name string) string {
	switch name {
	case "SSEAlgorithm":
		return "sseAlgorithm"
	case "KMSMasterKeyID":
		return "kmsMasterKeyId"
	}
	return string(name[0]|0x20) + name[1:]
}

// first is the first of a list inside an object.
func first(v any, name string) any {
	if list, _ := get(v, name).([]any); len(list) > 0 {
		return list[0]
	}
	return nil
}

// denies tells whether a policy document has a deny on the condition key.
func denies(document any, key string) bool {
	statements, _ := get(document, "Statement").([]any)
	for _, s := range statements {
		conditions, _ := get(s, "Condition").(map[string]any)
		for _, keys := range conditions {
			if get(s, "Effect") == "Deny" && get(keys, key) != nil {
				return true
			}
		}
	}
	return false
}

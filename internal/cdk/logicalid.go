package cdk

import (
	"crypto/md5"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
)

// asEmitted gives the one resource of a construct the logical id that [Emit] would give a resource of that name: what
// holds data keeps it, whichever class of the CDK makes it.
func asEmitted(made constructs.IConstruct, scope constructs.Construct, name string) {
	id := logicalID(strings.TrimPrefix(Path(scope, name), PathOf(placeOf(scope).stack)+"/"))
	made.Node().DefaultChild().(awscdk.CfnResource).OverrideLogicalId(&id)
}

var notInIDs = regexp.MustCompile(`[^A-Za-z0-9]`)

// The longest part of a logical id before its hash, and the length of that.
const (
	maxHumanID = 240
	hashID     = 8
)

// logicalID is the id that the CDK gives the resource of a path in its stack: what people read, and a hash.
func logicalID(path string) string {
	var parts []string
	for _, p := range strings.Split(path, "/") {
		if p != "Default" {
			parts = append(parts, p)
		}
	}
	if len(parts) == 1 {
		return notInIDs.ReplaceAllString(parts[0], "")
	}
	var human strings.Builder
	last := ""
	for _, p := range parts {
		if last == "" || !strings.HasSuffix(last, p) {
			last = p
			if p != "Resource" {
				human.WriteString(notInIDs.ReplaceAllString(p, ""))
			}
		}
	}
	hash := fmt.Sprintf("%x", md5.Sum([]byte(strings.Join(parts, "/"))))[:hashID]
	text := human.String()
	return text[:min(len(text), maxHumanID)] + strings.ToUpper(hash)
}

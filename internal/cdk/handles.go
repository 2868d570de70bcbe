package cdk

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/props"
)

// lostAspects finds aspects, and tags, which are aspects, that were added to an object which a construct exposes and
// which stands for a resource somewhere else in the tree: they reach nothing.
func lostAspects(app constructs.IConstruct) []assembly.Finding {
	var all []assembly.Finding
	for _, o := range made.Objects(app) {
		for _, name := range slices.Sorted(maps.Keys(o.Fields)) {
			if name == made.ConstructField {
				continue
			}
			for _, handle := range handlesIn(reflect.ValueOf(o.Fields[name])) {
				path := *handle.Node().Path()
				if !strings.HasPrefix(path, o.Home.Path+"/") || !slices.ContainsFunc(*awscdk.Aspects_Of(handle).All(), meant) ||
					handle.Node().DefaultChild() != nil {
					continue
				}
				all = append(all, assembly.Finding{
					Rule: AspectRule, Severity: "error", Path: path,
					Description: "an aspect or tags were added to the " + name + " of " + o.Home.Path +
						", and reach no resource: it stands for one that is made beside it",
					Fix: "add them to its Construct",
				})
			}
		}
	}
	return all
}

// handlesIn are the constructs of the CDK that a field has, in a list too.
func handlesIn(field reflect.Value) []constructs.IConstruct {
	if !field.IsValid() {
		return nil // an interface without a value
	}
	var all []constructs.IConstruct
	switch field.Kind() {
	case reflect.Slice:
		for i := range field.Len() {
			all = append(all, handlesIn(field.Index(i))...)
		}
	default:
		if handle, ok := field.Interface().(constructs.IConstruct); ok && !props.IsNil(handle) {
			all = append(all, handle)
		}
	}
	return all
}

// deployedTag starts the tag that awss3deployment.BucketDeployment puts on its bucket. Its function asks for it only
// when a deployment goes away with RetainOnDelete off: without the tag nothing else is taken to deploy there, and what
// it deployed is deleted.
const deployedTag = "aws-cdk:cr-owned"

// meant tells whether an aspect is to reach a resource: any but that tag.
func meant(aspect awscdk.IAspect) bool {
	tag, is := aspect.(awscdk.Tag)
	return !is || !strings.HasPrefix(*tag.Key(), deployedTag)
}

// AspectRule is the rule of [lostAspects].
const AspectRule = "AspectLost"

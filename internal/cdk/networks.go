package cdk

import (
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/props"
)

// alone are the kinds of objects that work in a network of their own, whatever uses them: a DAG may start a workflow
// that runs elsewhere.
var alone = map[string]bool{networkKind: true, "training.Workflow": true, "training.Request": true}

// network notes a network that the construct works in.
func (v *visit) network(field string, object any) {
	if home, known := made.Of(object); known && home.Kind == networkKind && foreign[v.home.Kind] != field {
		v.home.Networks, v.in = append(v.home.Networks, home.Path), field
	}
}

// endpoints notes the networks of the endpoints through which alone the construct is reached. Those of a bucket that
// lets roles in from outside, or through an endpoint that the app does not make, say nothing of its networks.
func (v *visit) endpoints(given any) {
	var networks []string
	known := true
	props.Texts(given, func(field, text string) {
		switch {
		case strings.HasPrefix(field, "Endpoints["):
			home, is := made.Home{}, false
			if r := referenceOf(text); r.resource != nil {
				home, is = made.Around(placeOf(r.resource).app, PathOf(r.resource))
			}
			networks, known = append(networks, home.Path), known && is && home.Kind == networkKind
		case strings.HasPrefix(field, "OutsideRoles["):
			known = false
		}
	})
	if known {
		v.home.Networks = append(v.home.Networks, networks...)
	}
}

// apart tells whether no network is in both lists. An empty list stands for all.
func apart(a, b []string) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(path string) bool { return slices.Contains(b, path) })
}

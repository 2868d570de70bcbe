package supplychain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/problem"
)

// Connection is a public index that the first stage may take packages from
// (https://docs.aws.amazon.com/codeartifact/latest/ug/external-connection.html).
type Connection string

// The connections.
const (
	PyPI               Connection = "pypi"
	NPM                Connection = "npmjs"
	MavenCentral       Connection = "maven-central"
	MavenGoogleAndroid Connection = "maven-googleandroid"
	MavenGradlePlugins Connection = "maven-gradleplugins"
	MavenCommonsWare   Connection = "maven-commonsware"
	MavenClojars       Connection = "maven-clojars"
	NuGet              Connection = "nuget-org"
	RubyGems           Connection = "ruby-gems-org"
	CratesIO           Connection = "crates-io"
)

// connectionPrefix is how CodeArtifact names a connection.
const connectionPrefix = "public:"

// format is one of CodeArtifact's.
type format struct {
	name string
	// namespaced: its packages have a namespace (npm's scope, Maven's group).
	namespaced bool
	// connections are its public indexes.
	connections []Connection
}

// formats are all that CodeArtifact knows.
var formats = []format{
	{name: "cargo", connections: []Connection{CratesIO}},
	{name: "generic", namespaced: true},
	{name: "maven", namespaced: true, connections: []Connection{MavenCentral, MavenGoogleAndroid, MavenGradlePlugins, MavenCommonsWare, MavenClojars}},
	{name: "npm", namespaced: true, connections: []Connection{NPM}},
	{name: "nuget", connections: []Connection{NuGet}},
	{name: "pypi", connections: []Connection{PyPI}},
	{name: "ruby", connections: []Connection{RubyGems}},
	{name: "swift", namespaced: true},
}

// lookupFormat finds a format by its name.
func lookupFormat(name string) (format, bool) {
	i := slices.IndexFunc(formats, func(f format) bool { return f.name == name })
	if i < 0 {
		return format{}, false
	}
	return formats[i], true
}

// repository is the name of the one repository that holds the connection: CodeArtifact takes one connection a repository, and
// none beside an upstream.
func (c Connection) repository() string { return names.PublicRepositories + string(c) }

func validateConnections(all []Connection) error {
	var known []string
	for _, f := range formats {
		for _, c := range f.connections {
			known = append(known, string(c))
		}
	}
	slices.Sort(known)
	var l problem.List
	for i, c := range all {
		field := fmt.Sprintf("Connections[%d]", i)
		if !slices.Contains(known, string(c)) {
			l.Add(field, string(c), "one of "+strings.Join(known, ", "), "")
		}
	}
	return l.Err()
}

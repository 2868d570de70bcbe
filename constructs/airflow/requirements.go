package airflow

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Requirements are the Python packages of an environment, beside those that MWAA has: a lock, and where they come from,
// which is CodeArtifact or a file of wheels, and never a public index.
//
// MWAA installs them when each container starts. If that fails it says so in a log, and the environment stands without
// them.
type Requirements struct {
	// Lock is a requirements.txt in which each package has one version and its hashes, those that packages need in turn
	// too, as pip-compile --generate-hashes writes it. Make it with MWAA's constraints, which it is held to:
	// https://github.com/aws/amazon-mwaa-docker-images, images/airflow/VERSION/etc/airflow_constraints.txt. Empty: no
	// packages.
	Lock string
	// From is the repository that they are installed from: a stage of the chain. The network has to reach it. One of
	// From and Wheels is required with Lock.
	From supplychain.Repository
	// Wheels is the version of the object plugins.zip in the environment's bucket, which somebody put there: the wheels
	// of Lock.
	Wheels string
}

// pinned is a package with one version; extras, hashes and a marker may follow.
var pinned = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._, -]*\])?==[A-Za-z0-9][A-Za-z0-9.!+_-]*(\s*;[A-Za-z0-9_.'"<>=!~() ]*?)?((\s+--hash=sha256:[0-9a-f]{64})*)$`)

func (r Requirements) none() bool { return r == Requirements{} }

func (r Requirements) validate() error {
	var l problem.List
	if r.none() {
		return nil
	}
	lines := r.lines()
	if len(lines) == 0 {
		l.Add("Lock", r.Lock, "at least one package", "leave Requirements out for none")
	}
	for _, line := range lines {
		found := pinned.FindStringSubmatch(line)
		switch {
		case strings.HasPrefix(line, "-"):
			l.Add("Lock", line, "packages only, no options", "where packages come from is said by From or Wheels: a second index would let somebody else's package in")
		case found == nil:
			l.Add("Lock", line, "a package with one version, name==1.2.3", "write the lock with pip-compile --generate-hashes")
		case found[3] == "":
			l.Add("Lock", line, "a package with its hashes, --hash=sha256:...", "write the lock with pip-compile --generate-hashes")
		}
	}
	switch {
	case r.From.ARN != "" && r.Wheels != "", r.From.ARN == "" && r.Wheels == "":
		l.Add("From", given(r.From.ARN != "", r.From.ARN), "one of From and Wheels", "packages come from CodeArtifact or from a file of wheels")
	case r.From.ARN != "":
		l.Include("From", r.From.Validate())
	case !token.Is(r.Wheels) && !versionID.MatchString(r.Wheels):
		l.Add("Wheels", r.Wheels, "the version of an object, such as aws s3api head-object shows", "")
	}
	return l.Err()
}

// versionID is a version of an object: text that a URL holds, with a + in AWS's own example
// (https://docs.aws.amazon.com/mwaa/latest/userguide/using-startup-script.html).
var versionID = regexp.MustCompile(`^[A-Za-z0-9._~+/=-]+$`)

// lines are those of the lock: what is continued is joined, and what is empty or a comment left out.
func (r Requirements) lines() []string {
	var all []string
	for _, line := range strings.Split(strings.ReplaceAll(strings.ReplaceAll(r.Lock, "\r\n", "\n"), "\\\n", " "), "\n") {
		if i := strings.Index(" "+line, " #"); i >= 0 {
			line = line[:i]
		}
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// file is requirements.txt. Without a line about constraints MWAA takes its own, a file in its image
// (https://github.com/aws/amazon-mwaa-docker-images, python/mwaa/utils/user_requirements.py).
func (r Requirements) file() string {
	lines := r.lines()
	if r.Wheels != "" {
		lines = append([]string{"--no-index", "--find-links /usr/local/airflow/plugins"}, lines...)
	}
	return strings.Join(lines, "\n") + "\n"
}

// startup is the script by which pip asks the repository and nothing else. It runs in each container before pip does;
// the token is as short as CodeArtifact makes them, 15 minutes, where script and pip may take 14. Without a token pip
// is refused, and asks nobody else.
func (r Requirements) startup() string {
	domain, account, region := r.From.Domain()
	return fmt.Sprintf(`#!/bin/bash
# Lets pip ask CodeArtifact, and no other index. Written by Plinth: change the app, not this file.
token=$(aws codeartifact get-authorization-token --region %[1]s --domain %[2]s --domain-owner %[3]s \
  --duration-seconds 900 --query authorizationToken --output text) || echo "CodeArtifact gave no token: packages will be missing" >&2
export PIP_INDEX_URL="https://aws:${token:-none}@%[2]s-%[3]s.d.codeartifact.%[1]s.amazonaws.com/pypi/%[4]s/simple/"
export PIP_CONFIG_FILE=/dev/null PIP_NO_INPUT=1
unset PIP_EXTRA_INDEX_URL PIP_FIND_LINKS token
`, region, domain, account, r.From.Name())
}

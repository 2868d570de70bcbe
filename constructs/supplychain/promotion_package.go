package supplychain

import (
	"slices"

	"github.com/plinth-ml/plinth/internal/names"
)

// firstOfPackages is the state that packages go to first.
func (p promotion) firstOfPackages() string {
	if p.namespaces() {
		return stateNamespace
	}
	return stateWithout
}

// namespaces tells whether any of the formats has them.
func (p promotion) namespaces() bool {
	return slices.ContainsFunc(p.formats, func(f format) bool { return f.namespaced })
}

// packages are the states that find a package version and look up what is known of it.
func (p promotion) packages(all states) {
	find := func(namespaced bool) map[string]any {
		request := map[string]any{
			"Domain": p.chain.Name, "DomainOwner": p.at.Account, "Repository.$": "$.route.from",
			"Format.$": "$.package.format", "Package.$": "$.package.name", "PackageVersion.$": "$.package.version",
		}
		found := map[string]any{"request": request, "namespace": ""}
		if namespaced {
			request["Namespace.$"] = "$.package.namespace"
			delete(found, "namespace")
			found["namespace.$"] = "$.package.namespace"
		}
		return map[string]any{"Type": "Pass", "Parameters": found, "ResultPath": "$.find", "Next": stateFindPackage}
	}
	all[stateWithout] = find(false)
	if p.namespaces() {
		all[stateWith] = find(true)
		all[stateNamespace] = map[string]any{"Type": "Choice", "Choices": []any{choice(stateWith, isText("$.package.namespace"))}, "Default": stateWithout}
	}
	findPackage := task(p.sdk("codeartifact:describePackageVersion"), nil, statePublished)
	delete(findPackage, "Parameters")
	all[stateFindPackage] = refusing(with(findPackage, "InputPath", "$.find.request", "ResultPath", "$.found", "ResultSelector", map[string]any{
		"version.$": "$.PackageVersion.Version", "revision.$": "$.PackageVersion.Revision", "status.$": "$.PackageVersion.Status",
	}), "PackageNotFound")
	// The copy is asked for by a text made from the version: one that could say more than a version is none.
	all[statePublished] = map[string]any{
		"Type": "Choice", "Default": "PackageNotPublished", "Choices": []any{choice(stateCheckPackage,
			rule("$.found.status", "StringEquals", "Published"), lacks("$.found.version", "StringMatches", `*"*`))},
	}
	all[stateCheckPackage] = refusing(with(p.build(names.Project(p.chain.Name, checkProject), statePackageIs, map[string]string{
		"FORMAT": "$.package.format", "NAMESPACE": "$.find.namespace", "PACKAGE": "$.package.name",
		"VERSION": "$.found.version", "REVISION": "$.found.revision",
	}), "ResultPath", nil), "PackageRefused")
	all[statePackageIs] = map[string]any{"Type": "Pass", "ResultPath": "$.subject", "Next": stateApproval, "Parameters": map[string]any{
		"what.$":    "States.Format('{} package {} {} {}', $.package.format, $.find.namespace, $.package.name, $.found.version)",
		"exactly.$": "$.found.revision",
		"key.$":     "States.Format('packages/{}/{}/{}/{}/{}', $.package.format, $.find.namespace, $.package.name, $.found.version, $.found.revision)",
	}}
	p.refusal(all, "PackageNotFound", "It is not in {}: install it there once, so that it is fetched. ({})", "$.route.from", "$.failure.Error")
	p.refusal(all, "PackageNotPublished", "Its status in {} is {}, or its version holds quotes.", "$.route.from", "$.found.status")
	p.refusal(all, "PackageRefused", "The check did not let it pass: see the log of "+names.Project(p.chain.Name, checkProject)+".")
}

// copyPackage are the states that copy the revision that was seen.
func (p promotion) copyPackage(all states) {
	request := func(namespaced bool) map[string]any {
		r := map[string]any{
			"Domain": p.chain.Name, "DomainOwner": p.at.Account, "SourceRepository.$": "$.route.from", "DestinationRepository.$": "$.route.to",
			"Format.$": "$.package.format", "Package.$": "$.package.name", "AllowOverwrite": false, "IncludeFromUpstream": false,
			"VersionRevisions.$": `States.StringToJson(States.Format('\{"{}":"{}"\}', $.found.version, $.found.revision))`,
		}
		if namespaced {
			r["Namespace.$"] = "$.find.namespace"
		}
		return map[string]any{"Type": "Pass", "Parameters": r, "ResultPath": "$.copy", "Next": stateCopyPackage}
	}
	all[stateCopyRequest] = request(false)
	if p.namespaces() {
		all[stateCopyRequest+stateWith] = request(true)
		all[stateCopyRequest+stateNamespace] = map[string]any{
			"Type": "Choice", "Default": stateCopyRequest + stateWith,
			"Choices": []any{map[string]any{"Variable": "$.find.namespace", "StringEquals": "", "Next": stateCopyRequest}},
		}
	}
	copyPackage := task(p.sdk("codeartifact:copyPackageVersions"), nil, stateCopied)
	delete(copyPackage, "Parameters")
	all[stateCopyPackage] = refusing(with(copyPackage, "InputPath", "$.copy", "ResultPath", "$.copied"), "NotCopied")
	// A copy that was refused is an answer, not an error.
	all[stateCopied] = map[string]any{
		"Type": "Pass", "Parameters": map[string]any{"text.$": "States.JsonToString($.copied)"}, "ResultPath": "$.copied", "Next": stateCheckCopied,
	}
	all[stateCheckCopied] = map[string]any{
		"Type": "Choice", "Default": "CopyRefused",
		"Choices": []any{choice(statePromoted, rule("$.copied.text", "StringMatches", "*Revision*"),
			lacks("$.copied.text", "StringMatches", "*ErrorCode*"))},
	}
	p.refusal(all, "CopyRefused", "CodeArtifact did not copy it: {}", "$.copied.text")
}

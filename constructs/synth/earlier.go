package synth

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Names of files in a cloud assembly
// (https://github.com/aws/aws-cdk/tree/main/packages/aws-cdk-lib/cx-api, cloud-assembly.ts).
const (
	versionFile  = "cdk.out"
	manifestFile = "manifest.json"
	reportFile   = "validation-report.json"
)

// movingFile names what may be replaced while files are moved, when there is no manifest to say it. It stays behind
// when a run is killed just then.
const movingFile = scratchPrefix + "moving.json"

// written are the names below an output folder that an earlier synthesis wrote, whether that was one of Plinth, of the
// CDK or of the CLI. The name of a folder stands for all that is in it. A name is false when somebody has changed the
// file since.
type written map[string]bool

// has tells whether a name or a folder that it is in was written, and may be replaced.
func (w written) has(name string) bool {
	for ; name != "."; name = filepath.Dir(name) {
		if w[name] {
			return true
		}
	}
	return false
}

// add adds names of files in a folder, as a manifest gives them; empty ones are left out.
func (w written) add(folder string, names ...string) {
	for _, name := range names {
		if name != "" {
			w[filepath.Join(folder, filepath.FromSlash(name))] = true
		}
	}
}

// isChanged tells whether a file was written and changed since.
func (w written) isChanged(name string) bool {
	replaceable, was := w[name]
	return was && !replaceable
}

// earlier reads what was written to a folder.
func earlier(dir string) written {
	w := written{}
	for name, was := range readList(dir) {
		if is, err := hash(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
			w[filepath.FromSlash(name)] = is == was
		}
	}
	if len(w) > 0 {
		w.add("", listFile)
	}
	w.addAssembly(dir, "")
	var moving []string
	if readRegular(filepath.Join(dir, movingFile), &moving) {
		w.add("", moving...)
	}
	return w
}

// listFile lists all files that syntheses of Plinth wrote to the folder, with what they held: no manifest names those
// that an app writes besides the CDK's, nor those of a stack that the app does not have any more and may have again.
const listFile = "plinth-files.json"

// list writes that of an output folder to a folder with its next assembly: the files of the assembly, and what was
// written before and stays. Those whose names say what they hold need none.
func list(staging, dir string, before written) error {
	hashes := map[string]string{}
	was := readList(dir)
	for name, replaceable := range before {
		slashed := filepath.ToSlash(name)
		switch text, err := hash(filepath.Join(dir, name)); {
		case err != nil, name == listFile: // a folder, or gone
		case replaceable:
			hashes[slashed] = text
		default:
			hashes[slashed] = was[slashed] // so that the change is still known
		}
	}
	err := filepath.WalkDir(staging, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && strings.HasPrefix(e.Name(), "asset."):
			return fs.SkipDir
		case e.IsDir() || e.Name() == reportFile || strings.HasPrefix(e.Name(), "include.") || strings.HasPrefix(e.Name(), "asset."):
			return nil
		}
		name, err := filepath.Rel(staging, path)
		if err == nil {
			hashes[filepath.ToSlash(name)], err = hash(path)
		}
		return err
	})
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(hashes, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(staging, listFile), text, 0o666)
}

var isHash = regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString

// readList reads the list in a folder; nil: there is none.
func readList(dir string) map[string]string {
	var hashes map[string]string
	if !readRegular(filepath.Join(dir, listFile), &hashes) {
		return nil
	}
	for name, text := range hashes {
		if !filepath.IsLocal(filepath.FromSlash(name)) || !isHash(text) {
			return nil
		}
	}
	return hashes
}

// hash is the SHA-256 of a file, or of where a link leads. Of anything else, which might never end, it is an error.
func hash(file string) (string, error) {
	info, err := os.Lstat(file)
	if err != nil {
		return "", err
	}
	var text []byte
	switch info.Mode().Type() {
	case 0:
		text, err = os.ReadFile(file)
	case fs.ModeSymlink:
		var to string
		to, err = os.Readlink(file)
		text = []byte("link to " + to)
	default:
		err = fmt.Errorf("%s is no file", file)
	}
	return fmt.Sprintf("%x", sha256.Sum256(text)), err
}

// manifest is that of an assembly, as far as it names files
// (https://github.com/aws/aws-cdk-cli/tree/main/packages/@aws-cdk/cloud-assembly-schema/lib/cloud-assembly).
type manifest struct {
	Version   string
	Artifacts map[string]struct {
		Type                   string
		AdditionalMetadataFile string
		Properties             struct{ File, TemplateFile, DirectoryName string }
	}
}

// readManifest reads the manifest in a folder. It is not ok when there is none of the CDK's, beside the version file
// that the CDK writes with it.
func readManifest(dir string) (m manifest, ok bool) {
	if !readRegular(filepath.Join(dir, manifestFile), &m) || m.Version == "" || len(m.Artifacts) == 0 {
		return m, false
	}
	for _, a := range m.Artifacts {
		if !strings.HasPrefix(a.Type, "aws:") && !strings.HasPrefix(a.Type, "cdk:") {
			return m, false
		}
	}
	return m, isVersion(filepath.Join(dir, versionFile), m.Version)
}

// addAssembly adds the files of the assembly in a folder below dir, if there is one, and of those nested in it.
func (w written) addAssembly(dir, folder string) {
	m, ok := readManifest(filepath.Join(dir, folder))
	if !ok {
		return
	}
	w.add(folder, versionFile, manifestFile)
	for _, a := range m.Artifacts {
		p := a.Properties
		w.add(folder, a.AdditionalMetadataFile, p.File, p.TemplateFile)
		if a.Type == "cdk:asset-manifest" {
			w.addAssets(dir, folder, p.File)
		}
		if nested := filepath.Clean(p.DirectoryName); filepath.IsLocal(nested) && nested != "." {
			w.addAssembly(dir, filepath.Join(folder, nested))
		}
	}
}

// addAssets adds the files of an asset manifest, and the folders that the CDK copied assets to.
func (w written) addAssets(dir, folder, name string) {
	var assets struct {
		Files map[string]struct {
			Source struct{ Path, Packaging string }
		}
		DockerImages map[string]struct{ Source struct{ Directory string } }
	}
	if !readRegular(filepath.Join(dir, folder, name), &assets) {
		return
	}
	var folders []string
	for _, f := range assets.Files {
		if f.Source.Packaging == "file" {
			w.add(folder, f.Source.Path)
		} else {
			folders = append(folders, f.Source.Path)
		}
	}
	for _, i := range assets.DockerImages {
		folders = append(folders, i.Source.Directory)
	}
	// Assets that are not copied lie where the user has them.
	w.add(folder, slices.DeleteFunc(folders, func(name string) bool { return !strings.HasPrefix(name, "asset.") })...)
}

// isVersion tells whether a file is the CDK's that holds the version of an assembly; empty: any.
func isVersion(name, version string) bool {
	var all map[string]string
	return readRegular(name, &all) && len(all) == 1 && all["version"] != "" && (version == "" || all["version"] == version)
}

// isReport tells whether a file is a validation report of the CDK.
func isReport(name string) bool {
	var report struct{ PluginReports []any }
	return readRegular(name, &report) && report.PluginReports != nil
}

// isSame tells whether a file holds what another does.
func isSame(name, other string) bool {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	text, err := os.ReadFile(name)
	wanted, otherErr := os.ReadFile(other)
	return err == nil && otherErr == nil && slices.Equal(text, wanted)
}

func readRegular(name string, into any) bool {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	text, err := os.ReadFile(name)
	return err == nil && json.Unmarshal(text, into) == nil
}

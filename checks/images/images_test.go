// Package images_test runs the scripts that build and copy images with Docker itself and a registry, where the machine
// has Docker: that of CodeBuild is the same. AWS is a stand-in that looks into the registry.
package images_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	scripts = "../../constructs/supplychain/scripts/"
	secret  = "SECRET-TOKEN"
	lock    = "numpy==2.3.4 --hash=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
	file    = `ARG BASE
FROM ${BASE}
COPY requirements.txt /requirements.txt
RUN --mount=type=secret,id=pip,target=/etc/pip.conf,required=true ["/step"]
`
)

// TestMain is the commands aws and syft too, under whose names the test's own program stands in the PATH.
func TestMain(m *testing.M) {
	var err error
	switch filepath.Base(os.Args[0]) {
	case "aws":
		err = aws(os.Args[1:])
	case "syft":
		// scan docker:IMAGE --output cyclonedx-json=FILE: the daemon has the image.
		err = exec.Command("docker", "image", "inspect", strings.TrimPrefix(os.Args[2], "docker:")).Run()
		err = errors.Join(err, os.WriteFile(strings.TrimPrefix(os.Args[4], "cyclonedx-json="), []byte("{}"), 0o600))
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// aws answers as far as the scripts ask, from the registry.
func aws(args []string) error {
	option := func(name string) string {
		for i, a := range args {
			if a == name {
				return args[i+1]
			}
		}
		return ""
	}
	image := func() (*remote.Descriptor, error) {
		_, tag, _ := strings.Cut(option("--image-ids"), "=")
		ref, err := name.ParseReference(os.Getenv("REGISTRY") + "/" + option("--repository-name") + ":" + tag)
		if err != nil {
			return nil, err
		}
		return remote.Get(ref)
	}
	switch strings.Join(args[:2], " ") {
	case "codeartifact get-authorization-token", "ecr get-login-password":
		fmt.Println(secret)
	case "ecr describe-images":
		found, err := image()
		if err != nil {
			return err
		}
		if strings.HasSuffix(option("--query"), "MediaType") {
			fmt.Println(found.MediaType)
		} else {
			fmt.Println(found.Digest)
		}
	case "ecr describe-image-scan-findings":
		fmt.Println("ACTIVE\t2026-01-02T03:04:05+00:00\tNone\tNone")
	case "ecr describe-image-signing-status":
		fmt.Println("COMPLETE")
	case "s3 cp":
	default:
		return fmt.Errorf("no answer to %v", args)
	}
	return nil
}

// bench is a machine with Docker, a registry, and a home of its own.
type bench struct {
	t        *testing.T
	dir      string
	registry string
	env      []string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	out, err := exec.Command("docker", "info", "--format", "{{json .ClientInfo.Plugins}}").Output()
	var plugins []struct{ Name, Path string }
	if len(out) > 0 {
		err = json.Unmarshal(bytes.TrimSpace(out), &plugins)
	}
	if err != nil {
		t.Skip("docker is missing: ", err)
	}
	b := &bench{t: t, dir: t.TempDir()}
	bin, config := filepath.Join(b.dir, "bin"), filepath.Join(b.dir, ".docker")
	b.must(os.MkdirAll(bin, 0o700))
	b.must(os.MkdirAll(filepath.Join(config, "cli-plugins"), 0o700))
	found := false
	for _, p := range plugins {
		if p.Name == "buildx" {
			found = true
			b.must(os.Symlink(p.Path, filepath.Join(config, "cli-plugins", "docker-buildx")))
		}
	}
	if !found {
		t.Skip("docker has no buildx")
	}
	self, err := os.Executable()
	b.must(err)
	for _, command := range []string{"aws", "syft"} {
		b.must(os.Symlink(self, filepath.Join(bin, command)))
	}
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Range") // it knows no open one; a server may answer with the whole
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	b.registry = strings.TrimPrefix(server.URL, "http://")
	b.env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "HOME="+b.dir, "DOCKER_CONFIG="+config, "DOCKER_HOST=unix://"+b.dir+"/docker.sock",
		"REGISTRY="+b.registry, "REGISTRIES="+b.registry, "AWS_REGION=us-east-1")
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// run runs scripts one after the other, as one, in the bench's folder.
func (b *bench) run(env []string, files ...string) (string, error) {
	var all []byte
	for _, f := range files {
		text, err := os.ReadFile(scripts + f)
		b.must(err)
		all = append(all, text...)
	}
	b.must(os.WriteFile(filepath.Join(b.dir, "script.sh"), all, 0o600))
	command := exec.Command("bash", "script.sh")
	command.Dir, command.Env = b.dir, append(b.env, env...)
	out, err := command.CombinedOutput()
	return string(out), err
}

func (b *bench) reference(path string) name.Reference {
	r, err := name.ParseReference(b.registry + "/" + path)
	b.must(err)
	return r
}

// push puts an image of one layer with one program into the registry.
func (b *bench) push(path, program string) v1.Hash {
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		text, err := os.ReadFile(program)
		if err != nil {
			return nil, err
		}
		var out bytes.Buffer
		w := tar.NewWriter(&out)
		for _, d := range []string{"etc/", "tmp/"} {
			err = errors.Join(err, w.WriteHeader(&tar.Header{Name: d, Typeflag: tar.TypeDir, Mode: 0o755}))
		}
		err = errors.Join(err, w.WriteHeader(&tar.Header{Name: filepath.Base(program), Mode: 0o755, Size: int64(len(text))}))
		_, writing := w.Write(text)
		return io.NopCloser(&out), errors.Join(err, writing, w.Close())
	})
	b.must(err)
	image, err := mutate.AppendLayers(empty.Image, layer)
	b.must(err)
	image, err = mutate.ConfigFile(image, &v1.ConfigFile{Architecture: "amd64", OS: "linux", RootFS: v1.RootFS{Type: "layers", DiffIDs: diffs(image)}})
	b.must(err)
	b.must(remote.Write(b.reference(path), image))
	digest, err := image.Digest()
	b.must(err)
	return digest
}

func diffs(image v1.Image) []v1.Hash {
	c, err := image.ConfigFile()
	if err != nil {
		panic(err)
	}
	return c.RootFS.DiffIDs
}

// What the builder pushes is an image as SageMaker takes it, and holds the secret nowhere.
func TestBuild(t *testing.T) {
	dockerd, err := exec.LookPath("dockerd")
	if err != nil || os.Getuid() != 0 {
		t.Skip("dockerd is missing, or this is not root")
	}
	b := newBench(t)
	step := filepath.Join(b.dir, "step")
	build := exec.Command("go", "build", "-o", step, "./testdata/step")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatal(string(out))
	}
	base := b.push("mirror/base:1", step)
	// A daemon beside that of the machine, if there is one, on a file system that may stack none.
	b.must(os.WriteFile(filepath.Join(b.dir, "bin", "dockerd"), fmt.Appendf(nil, "#!/bin/bash\nexec %[1]s \"$@\" --host unix://%[2]s/docker.sock --data-root %[2]s/data "+
		"--exec-root %[2]s/exec --pidfile %[2]s/pid --storage-driver vfs --iptables=false --ip6tables=false\n", dockerd, b.dir), 0o700))
	b.must(os.WriteFile(filepath.Join(b.dir, "Dockerfile"), []byte(file), 0o600))
	b.must(os.WriteFile(filepath.Join(b.dir, "requirements.txt"), []byte(lock), 0o600))
	b.must(os.WriteFile(filepath.Join(b.dir, ".dockerignore"), []byte("*\n!requirements.txt\n"), 0o600))
	out, err := b.run([]string{
		"DOMAIN=acme", "DOMAIN_OWNER=111122223333", "PACKAGES=dev", "BASE=" + b.registry + "/mirror/base@" + base.String(),
		"TARGET=" + b.registry + "/image/churn/dev", "REPOSITORY=image/churn/dev", "RECORDS=s3://records/", "FAILS_AT=CRITICAL HIGH",
		"SCAN_ATTEMPTS=2", "ATTEMPTS=30", "PAUSE=0", "CODEBUILD_BUILD_ID=build:1", "IMAGE_FILE=" + filepath.Join(b.dir, "image"),
	}, "scan.sh", "build.sh")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	built, err := os.ReadFile(filepath.Join(b.dir, "image"))
	b.must(err)
	got, err := remote.Get(b.reference(strings.TrimPrefix(strings.TrimSpace(string(built)), b.registry+"/")))
	b.must(err)
	if got.MediaType != types.DockerManifestSchema2 {
		t.Errorf("the manifest is %s, want %s", got.MediaType, types.DockerManifestSchema2)
	}
	image, err := got.Image()
	b.must(err)
	files, all := contents(b, image)
	if files["made"] == "" || files["made"] == "0" || files["requirements.txt"] != lock {
		t.Errorf("the image has %q and %q", files["made"], files["requirements.txt"])
	}
	if bytes.Contains(all, []byte(secret)) || strings.Contains(out, secret) {
		t.Error("the secret is in the image, or in the output")
	}
	if _, err := os.Stat(filepath.Join(b.dir, "pid")); !os.IsNotExist(err) {
		t.Errorf("the daemon is still there: %v", err)
	}
}

// contents are the files of an image, and everything that it is made of.
func contents(b *bench, image v1.Image) (files map[string]string, all []byte) {
	all, err := image.RawConfigFile()
	b.must(err)
	files = map[string]string{}
	layers, err := image.Layers()
	b.must(err)
	for _, l := range layers {
		r, err := l.Uncompressed()
		b.must(err)
		for t := tar.NewReader(r); ; {
			header, err := t.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			b.must(err)
			text, err := io.ReadAll(t)
			b.must(err)
			files[header.Name], all = string(text), append(all, text...)
		}
	}
	return files, all
}

// Copying asks no daemon, and what it copies keeps its digest.
func TestCopy(t *testing.T) {
	b := newBench(t)
	b.must(os.WriteFile(filepath.Join(b.dir, "program"), []byte("a"), 0o600))
	digest := b.push("image/churn/dev:1", filepath.Join(b.dir, "program"))
	target := b.registry + "/image/churn/staging:" + digest.Hex
	copies := []string{"COPIES=" + b.registry + "/image/churn/dev@" + digest.String() + " " + target, "SIGNED=yes", "ATTEMPTS=1", "PAUSE=0"}
	for range 2 { // and once more, when it is there
		if out, err := b.run(copies, "copy.sh"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		got, err := remote.Get(b.reference("image/churn/staging:" + digest.Hex))
		b.must(err)
		if got.Digest != digest || got.MediaType != types.DockerManifestSchema2 {
			t.Errorf("the copy is %s %s, want %s", got.MediaType, got.Digest, digest)
		}
	}
}

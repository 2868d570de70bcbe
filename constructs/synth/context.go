package synth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/plinth-ml/plinth/internal/problem"
)

// loadContext is the context that the CLI would give the app: where the CLI started it, the CLI has put it into the
// environment already, and only extra is added. Else it is read from cdk.json and cdk.context.json, in the working
// folder or the nearest above it.
func loadContext(extra map[string]any) (map[string]any, error) {
	// Stacks of JavaScript say nothing about an app in Go, and name temporary folders: no two assemblies would be alike.
	context := map[string]any{"aws:cdk:disable-creation-stack-traces": true}
	if text := os.Getenv("CDK_CONTEXT_JSON"); text != "" {
		if err := explainJSON("the variable CDK_CONTEXT_JSON", []byte(text), json.Unmarshal([]byte(text), &map[string]any{})); err != nil {
			return nil, err
		}
	} else {
		// What the CLI sets of itself.
		context["aws:cdk:enable-path-metadata"] = true
		context["aws:cdk:enable-asset-metadata"] = true
		context["aws:cdk:version-reporting"] = true
		file, err := findUp("cdk.json")
		if err != nil {
			return nil, err
		}
		if file != "" {
			var config struct{ Context map[string]any }
			if err := readJSON(file, &config); err != nil {
				return nil, err
			}
			maps.Copy(context, config.Context)
			var looked map[string]any
			if err := readJSON(filepath.Join(filepath.Dir(file), "cdk.context.json"), &looked); err != nil {
				return nil, err
			}
			maps.Copy(context, looked)
		}
	}
	maps.Copy(context, extra)
	return context, nil
}

// findUp finds a file in the working folder or the nearest above it; empty when there is none.
func findUp(name string) (string, error) {
	dir, err := workingFolder()
	if err != nil {
		return "", err
	}
	for {
		file := filepath.Join(dir, name)
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", nil
		}
		dir = parent
	}
}

// workingFolder is where the program runs.
func workingFolder() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", problem.Problem{Field: "working folder", Got: problem.Phrase("one that is not there any more"), Allowed: "a folder that exists",
			Fix: "change to the folder of the app again (cd); the system says: " + err.Error()}
	}
	return dir, nil
}

// readJSON reads a file; one that does not exist holds nothing. It may start with a byte order mark, as the CLI has it
// (https://github.com/jprichardson/node-jsonfile/blob/main/utils.js).
func readJSON(file string, into any) error {
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, syscall.EISDIR):
		return problem.Problem{Field: filepath.Base(file), Got: problem.Phrase(file + ", a folder"), Allowed: "a file of JSON, or none",
			Fix: "rename the folder: the CDK reads the app's settings by this name"}
	case err != nil:
		return problem.Problem{Field: filepath.Base(file), Got: file, Allowed: "a file that can be read", Fix: fmt.Sprintf("the system says: %v", reason(err))}
	case !utf8.Valid(text):
		return problem.Problem{Field: filepath.Base(file), Got: problem.Phrase(file + ", which is not UTF-8"), Allowed: "a file of JSON in UTF-8",
			Fix: "save it in that encoding"}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	return explainJSON(file, text, json.Unmarshal(text, into))
}

// explainJSON says of an error of encoding/json which line of the file it comes from, and nothing of Go's types.
func explainJSON(file string, text []byte, err error) error {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	var offset int64
	var what string
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		what, offset = syntax.Error(), syntax.Offset
	case errors.As(err, &typ):
		what, offset = "an object is needed there, and not "+typ.Value, typ.Offset
		if typ.Field != "" {
			what = strings.ToLower(typ.Field) + ": " + what
		}
	default:
		what = err.Error()
	}
	line := 1 + bytes.Count(text[:min(int(offset), len(text))], []byte("\n"))
	return fmt.Errorf("%s:%d can't be read as the JSON that the CDK takes: %s", file, line, what)
}

package synth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
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
	dir, err := os.Getwd()
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

// readJSON reads a file; one that does not exist holds nothing.
func readJSON(file string, into any) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
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

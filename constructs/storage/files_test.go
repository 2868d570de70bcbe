package storage_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

func logKey(stack awscdk.Stack) awskms.IKey {
	return awskms.Key_FromKeyArn(stack, jsii.String("LogKey"), jsii.String("arn:aws:kms:eu-west-1:111122223333:key/log"))
}

func ExampleNewFiles() {
	err := synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Scripts"), nil)
		bucket := storage.NewDataBucket(stack, "Bucket", &storage.DataBucketProps{
			Endpoints: []string{"vpce-0123456789abcdef0"}, OutsideRoles: []string{storage.FilesRole(stack, "scripts-writer")},
		})
		files := storage.NewFiles(stack, "Files", &storage.FilesProps{
			Bucket: bucket, Folders: []string{"scripts/"}, Role: "scripts-writer", LogKey: logKey(stack),
			Files: []storage.File{{Path: "scripts/hello.sh", Text: "echo hello", Name: "Hello"}},
		})
		fmt.Println(files.Version("Hello") != "")
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: true
}

// A writer in each region has a role of its own, and the bucket lets in the one that there will be.
func TestFilesOfTwoRegions(t *testing.T) {
	if err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			stack := awscdk.NewStack(app, jsii.String("In-"+region), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: &region}})
			key := awskms.NewKey(stack, jsii.String("LogKey"), nil)
			storage.NewFiles(stack, "Files", &storage.FilesProps{
				Bucket: storage.NewDataBucket(stack, "Bucket", nil), Folders: []string{"a/"}, Role: "dev--writer",
				LogKey: key, Files: []storage.File{{Path: "a/x"}},
			})
			if got, want := storage.FilesRole(stack, "dev--writer"), ":iam::111122223333:role/dev--writer--"+region; !strings.HasSuffix(got, want) {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}); err != nil {
		t.Error(err)
	}
}

// Two writers of one object are told, in whichever folders it is for them; those that share only a folder are none of
// that.
func TestFilesWrittenTwice(t *testing.T) {
	err := synthtest.Error(t, "", func(stack awscdk.Stack) {
		bucket, key := storage.NewDataBucket(stack, "Bucket", nil), logKey(stack)
		for id, path := range map[string]string{"A": "dags/mine/a.py", "B": "dags/mine/b.py"} {
			storage.NewFiles(stack, id, &storage.FilesProps{
				Bucket: bucket, Folders: []string{"dags/"}, Role: "writer-" + id, LogKey: key, Files: []storage.File{{Path: path}},
			})
		}
		storage.NewFiles(stack, "C", &storage.FilesProps{
			Bucket: bucket, Folders: []string{"dags/mine/"}, Role: "writer-c", LogKey: key,
			Files: []storage.File{{Path: "dags/mine/c.py"}, {Path: "dags/mine/a.py"}},
		})
	})
	for _, want := range []string{"storage.Files Stack/C (", `Files[1].Path: got "dags/mine/a.py"; allowed: an object that nothing else writes; storage.Files Stack/A (`, "1 problem\n"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %s", want, err)
		}
	}
}

func TestMistakesInFiles(t *testing.T) {
	err := synthtest.Error(t, "", func(stack awscdk.Stack) { storage.NewFiles(stack, "Files", nil) })
	for _, want := range []string{"5 problems", "Role: got \"\"", "LogKey: got nothing", "Bucket: got nothing", "Folders: got 0", "Files: got 0"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
	err = synthtest.Error(t, "", func(stack awscdk.Stack) {
		storage.NewFiles(stack, "Files", &storage.FilesProps{
			Bucket: storage.NewDataBucket(stack, "Bucket", nil), Folders: []string{"a/", "b"}, Role: "a role", LogKey: logKey(stack),
			Files: []storage.File{{Path: "a/x", Name: "URI"}, {Path: "a/x"}, {Path: "c/x"}, {Path: "a/"}},
		})
	})
	for _, want := range []string{
		"6 problems", "Role: got \"a role\"", "Folders[1].Path: got \"b\"", "Files[0].Name: got \"URI\"", "Files[1].Path: got \"a/x\"", "Files[2].Path: got \"c/x\"", "Files[3].Path: got \"a/\"",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
}

// The writer reaches its folders and nothing else of the bucket.
func TestTheWriterOfFiles(t *testing.T) {
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		storage.NewFiles(stack, "Files", &storage.FilesProps{
			Bucket: storage.NewDataBucket(stack, "Bucket", nil), Folders: []string{"a/", "b/"}, Role: "writer", LogKey: logKey(stack),
			Files: []storage.File{{Path: "a/x", Text: "1"}},
		})
	})
	for _, id := range template.OfType("AWS::Logs::LogGroup") {
		if r := template.Resources[id]; strings.Contains(r.Path(), "Stack/Files/") && r.Properties["RetentionInDays"] != 365.0 {
			t.Errorf("the log is kept for %v days, want those of Production", r.Properties["RetentionInDays"])
		}
	}
	for _, id := range template.OfType("AWS::IAM::ManagedPolicy") {
		if !strings.Contains(template.Resources[id].Path(), "Stack/Files/") {
			continue
		}
		text, _ := json.Marshal(template.Resources[id].Properties["PolicyDocument"])
		for _, want := range []string{`"/a/*"`, `"/b/*"`} {
			if !strings.Contains(string(text), want) {
				t.Errorf("the policy lacks %s: %s", want, text)
			}
		}
		if strings.Contains(string(text), `"/*"`) {
			t.Errorf("the policy holds the whole bucket: %s", text)
		}
	}
}

// Of a file that is not there no version is told, and no two files have one name.
func TestNamesOfFiles(t *testing.T) {
	props := func(stack awscdk.Stack) *storage.FilesProps {
		return &storage.FilesProps{
			Bucket: storage.NewDataBucket(stack, "Bucket", nil), Folders: []string{"a/"}, Role: "dev--writer", LogKey: logKey(stack),
			Files: []storage.File{{Path: "a/x", Name: "X"}, {Path: "a/y"}, {Path: "a/z", Name: "Z"}},
		}
	}
	for name, want := range map[string]string{"Y": `name: got "Y"; allowed: the Name of one of Files: X, Z`, "": `name: got ""`, "URI": `name: got "URI"`} {
		err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) { storage.NewFiles(stack, "Files", props(stack)).Version(name) })
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) {
		p := props(stack)
		p.Files[2].Name = "X"
		storage.NewFiles(stack, "Files", p)
	})
	if want := `Files[2].Name: got "X"; allowed: a name that no other file has`; !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

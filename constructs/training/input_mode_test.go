package training

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
)

func TestMistakesInModesAndManifests(t *testing.T) {
	keyed := &storage.DataBucket{Name: "data", ARN: "arn:aws:s3:::data"}
	manifest := keyed.Object("train.manifest")
	for name, c := range map[string]struct {
		input Input
		want  string // empty: it is right
	}{
		"files":                        {Input{Mode: File}, ""},
		"fast files":                   {Input{Mode: FastFile}, ""},
		"a stream":                     {Input{Mode: Pipe, RecordIO: true}, ""},
		"a mode that is none":          {Input{Mode: "fast"}, `Inputs[0].Mode: got "fast"; allowed: File, FastFile or Pipe, or empty for File`},
		"records without a stream":     {Input{RecordIO: true}, "Inputs[0].RecordIO: got true; allowed: off unless Mode is Pipe"},
		"a manifest":                   {Input{Manifest: manifest}, ""},
		"a manifest with fast files":   {Input{Manifest: manifest, Mode: FastFile}, ""},
		"an augmented manifest":        {Input{Manifest: manifest, Mode: Pipe, Attributes: []string{"source-ref", "class"}}, ""},
		"an augmented one in files":    {Input{Manifest: manifest, Attributes: []string{"class"}}, "Inputs[0].Mode: got \"\"; allowed: Pipe with Attributes"},
		"an augmented one, fast":       {Input{Manifest: manifest, Attributes: []string{"class"}, Mode: FastFile}, `Inputs[0].Mode: got "FastFile"; allowed: Pipe with Attributes`},
		"attributes of nothing":        {Input{Attributes: []string{"class"}, Mode: Pipe}, "Inputs[0].Attributes: got 1; allowed: none without Manifest"},
		"16 attributes":                {Input{Manifest: manifest, Mode: Pipe, Attributes: strings.Split(strings.Repeat("a,", 15)+"a", ",")}, ""},
		"17 attributes":                {Input{Manifest: manifest, Mode: Pipe, Attributes: strings.Split(strings.Repeat("a,", 16)+"a", ",")}, "Inputs[0].Attributes: got 17; allowed: at most 16"},
		"an attribute without a name":  {Input{Manifest: manifest, Mode: Pipe, Attributes: []string{""}}, `Inputs[0].Attributes[0]: got 0 characters; allowed: a name of 1 to 256 characters`},
		"a manifest without a key":     {Input{Manifest: keyed.Object("")}, `Inputs[0].Manifest.Key: got ""; allowed: the key of an object`},
		"a manifest that is a folder":  {Input{Manifest: keyed.Object("a/")}, `Inputs[0].Manifest.Key: got "a/"`},
		"a manifest that is a pattern": {Input{Manifest: keyed.Object("a*")}, "Inputs[0].Manifest.Key: got \"a*\"; allowed: no *, ? or ${"},
		"a manifest of no bucket":      {Input{Manifest: storage.Object{Key: "a"}}, "Inputs[0].Manifest.Bucket: got nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			j := goodJob()
			c.input.Channel, c.input.From = "train", keyed.Prefix("train/")
			j.Inputs = []Input{c.input}
			err := j.Validate(environment.Environment{})
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	for name, in := range map[string]Input{
		"mounted":  {Channel: "train", Mount: shared.Directory("/a"), Mode: Pipe, Manifest: manifest},
		"prepared": {Channel: "train", Prepared: "train/", Manifest: manifest},
	} {
		j := goodJob()
		j.Inputs = []Input{in}
		if err := j.Validate(environment.Environment{}); err == nil || !strings.Contains(err.Error(), "Inputs[0].Manifest: got \"train.manifest\"; allowed: none with Mount or Prepared") ||
			strings.Contains(err.Error(), "File with Mount") != (name == "mounted") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Each channel says what its URI names and how its objects come; what says nothing is as it always was.
func TestChannelsOfModesAndManifests(t *testing.T) {
	other := &storage.DataBucket{Name: "lists", ARN: "arn:aws:s3:::lists"}
	j := goodJob()
	data := j.Output.Bucket
	j.Inputs = []Input{
		{Channel: "a", From: data.Prefix("a/")},
		{Channel: "b", From: data.Prefix("b/"), Mode: FastFile, Manifest: other.Object("b.manifest")},
		{Channel: "c", From: data.Prefix("c/"), Mode: Pipe, Manifest: other.Object("c.jsonl"), Attributes: []string{"source-ref", "class"}, RecordIO: true},
	}
	const source = `{"S3DataSource":{"S3DataDistributionType":"FullyReplicated","S3DataType":"%s","S3Uri":"%s"}}`
	channels := dig(askedOf(t, j, goodWiring()), "InputDataConfig").([]any)
	wantJSON(t, "a", channels[0], `{"ChannelName":"a","DataSource":`+fmt.Sprintf(source, "S3Prefix", "s3://data/a/")+`}`)
	wantJSON(t, "b", channels[1], `{"ChannelName":"b","DataSource":`+fmt.Sprintf(source, "ManifestFile", "s3://lists/b.manifest")+`,"InputMode":"FastFile"}`)
	wantJSON(t, "c", channels[2], `{"ChannelName":"c","DataSource":{"S3DataSource":{"AttributeNames":["source-ref","class"],"S3DataDistributionType":"FullyReplicated",`+
		`"S3DataType":"AugmentedManifestFile","S3Uri":"s3://lists/c.jsonl"}},"InputMode":"Pipe","RecordWrapperType":"RecordIO"}`)
	given := j.given()
	if len(given.Reads) != 3 || len(given.Objects) != 2 || given.Objects[1] != other.Object("c.jsonl") {
		t.Errorf("the role is given %v and %v", given.Reads, given.Objects)
	}
}

// A preparation reads a manifest and a stream.
func TestProcessingOfModesAndManifests(t *testing.T) {
	p := prepares()
	p.Arguments = []string{"--fast", ""}
	p.Inputs[0].Mode, p.Inputs[0].Manifest = Pipe, p.Output.Bucket.Object("raw.manifest")
	r := (&processing{job: p.resolvedJob(environment.Environment{}.Resolved().Limits), command: p.Command, arguments: p.Arguments}).request(goodWiring(), ofMachine)
	wantJSON(t, "the input", r["ProcessingInputs"], `[{"InputName":"raw","S3Input":{"LocalPath":"/opt/ml/processing/input/raw",`+
		`"S3DataDistributionType":"FullyReplicated","S3DataType":"ManifestFile","S3InputMode":"Pipe","S3Uri":"s3://data/raw.manifest"}}]`)
	wantJSON(t, "the arguments", dig(r, "AppSpecification", "ContainerArguments"), `["--fast",""]`)
}

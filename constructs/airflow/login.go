package airflow

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
)

// Login is what somebody is in the web server and its API: a role of Airflow
// (https://airflow.apache.org/docs/apache-airflow-providers-fab/stable/auth-manager/access-control.html).
type Login string

// The roles. Admin is left out: it changes what other roles may.
const (
	// Viewer looks.
	Viewer Login = "Viewer"
	// User starts, clears and stops runs besides.
	User Login = "User"
	// Op edits variables and connections besides.
	Op Login = "Op"
)

// GrantLogin lets a role log in to the web server, from inside the VPC, and use its API. It panics with one message
// when role or login are wrong.
func (e *Environment) GrantLogin(to awsiam.IRole, as Login) {
	cdk.Do("airflow.Environment.GrantLogin", e, func() { e.grantLogin(to, as) })
}

func (e *Environment) grantLogin(to awsiam.IRole, as Login) {
	g := cdk.Grant{To: to, Account: e.at.Account, Name: string(as) + "-" + cdk.PathOf(e.Construct), Description: "Logs in to Airflow"}
	var l problem.List
	l.Include("", g.Validate())
	if as != Viewer && as != User && as != Op {
		l.Add("as", string(as), "airflow.Viewer, airflow.User or airflow.Op", "")
	}
	cdk.Check(l.Err())
	g.Attach(policy.Statement{
		Effect: policy.Allow, Actions: []string{"airflow:CreateWebLoginToken", "airflow:InvokeRestApi"},
		Resources: []string{e.at.ARN("airflow", "role/"+e.Name+"/"+string(as))},
	})
}

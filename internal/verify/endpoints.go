package verify

import (
	"fmt"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// outOfReach finds endpoints that somebody else made in the VPC of an isolated network: its security groups let nobody
// through to them, and its DNS firewall resolves their names no more than any other.
func outOfReach(a *app) []assembly.Finding {
	var all []assembly.Finding
	for _, e := range a.of("AWS::EC2::VPCEndpoint") {
		vpc, _ := a.target(e.stack, e.Properties["VpcId"])
		network, ok := a.made(vpc.stack, vpc.Path(), "/Default/VPC")
		if !ok || strings.HasPrefix(e.Path(), network+"/Default/") {
			continue
		}
		service := serviceOf(e.Properties["ServiceName"])
		fix := "leave it out, and give the network AdditionalEndpoints: " +
			fmt.Sprintf("[]network.AdditionalEndpoint{{Service: %q, Actions: ...}}", service)
		if _, isolated := a.made(e.stack, e.Path(), "/Default/"+e.Path()[strings.LastIndex(e.Path(), "/")+1:]); isolated {
			fix = "another network.Isolated in the same VPC takes the first as SharedWith, not its Vpc"
		}
		all = append(all, assembly.Finding{
			Path: e.Path(),
			Description: fmt.Sprintf("jobs in network.Isolated %s can't reach this VPC endpoint of %s: neither "+
				"Vpc.AddInterfaceEndpoint nor its like change its security groups and its DNS firewall", network, service),
			Fix: fix,
		})
	}
	return all
}

// serviceOf is the name of a service as AdditionalEndpoints takes it: that of its endpoint service without
// com.amazonaws.REGION.
func serviceOf(name any) string {
	full := cfn.Show(name)
	if i := strings.LastIndex(full, "<"); i >= 0 { // the region is a reference, and may have dots
		return strings.TrimPrefix(full[strings.Index(full[i:], ">")+i+1:], ".")
	}
	if parts := strings.SplitN(full, ".", 4); len(parts) == 4 {
		return parts[3]
	}
	return full
}

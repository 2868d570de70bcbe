// Reads the endpoint policies of the reference app's networks and of the example that has every capability.
import fs from 'node:fs';
import { region, resources } from '../assembly.js';

export const referenceApp = process.env.ASSEMBLY ?? 'cdk.out';
export const completeNetwork = process.env.NETWORK ?? 'examples/complete-network/cdk.out';

// endpoints are all of an assembly: the stack, the id, the short name of the service ("ecr.api") and the policy, if any.
export function endpoints(dir) {
  if (!fs.existsSync(dir)) throw new Error(`${dir} is missing: CDK_OUTDIR=cdk.out go run . in its folder synthesizes it`);
  return resources(dir, 'AWS::EC2::VPCEndpoint').map(({ stack, values, properties }) => ({
    stack,
    id: values.Ref,
    service: properties.ServiceName.replace(`com.amazonaws.${region}.`, '').replace(`aws.sagemaker.${region}.`, ''),
    policy: properties.PolicyDocument,
  }));
}

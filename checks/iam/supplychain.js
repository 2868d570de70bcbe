// Reads everything that decides on a request to the packages and images of the example of a whole supply chain.
import { resources } from '../assembly.js';
import { endpoints } from './endpoints.js';
import { roleOf } from './stores.js';

export const dir = process.env.SUPPLYCHAIN ?? 'examples/complete-supplychain/cdk.out';
export const region = 'us-east-1';
export const tools = '111122223333';
export const development = '222233334444';
export const production = '333344445555';

export const codeartifact = (resource) => `arn:aws:codeartifact:${region}:${tools}:${resource}`;
export const repository = (name) => codeartifact(`repository/acme/${name}`);
// The evaluator knows no package without a namespace, as those of Python are: scoped ones of npm stand for them.
export const pkg = (name, path = 'npm/types/node') => codeartifact(`package/acme/${name}/${path}`);
export const image = (path) => `arn:aws:ecr:${region}:${tools}:repository/acme/${path}`;

const of = (type) => resources(dir, type);
const [domain] = of('AWS::CodeArtifact::Domain').map((d) => d.properties.PermissionsPolicyDocument);
const stages = new Map(of('AWS::CodeArtifact::Repository').map(({ properties }) => [properties.RepositoryName, properties.PermissionsPolicyDocument]));
const images = new Map(of('AWS::ECR::Repository').map(({ properties }) => [properties.RepositoryName, properties.RepositoryPolicyText]));

// policyOf is the policy of what an ARN names: the domain's, which is asked for everything in it, with the repository's; or that of
// an image repository. That of ECR names no resource: it is about itself.
export function policyOf(arn, changed = { domain }) {
  const [, , service, , , resource] = arn.split(':');
  if (service === 'codeartifact') {
    const name = resource.startsWith('domain/') ? undefined : resource.split('/')[2];
    return { Version: '2012-10-17', Statement: [...changed.domain.Statement, ...stages.get(name)?.Statement ?? []] };
  }
  if (service === 'ecr') {
    const policy = changed.image ?? images.get(resource.slice('repository/'.length));
    return policy && { Version: '2012-10-17', Statement: policy.Statement.map((s) => ({ ...s, Resource: '*' })) };
  }
  return undefined;
}
export { domain, images, stages };

// through is the policy of an endpoint of a stack's network.
export const through = (stack, service) => endpoints(dir).find((e) => e.stack === stack && e.service === service).policy;

// role is a role of a stack. The names of Python, which have no namespace, get one that the evaluator takes.
export function role(stack, name) {
  const { arn, identity } = roleOf(dir, stack, name);
  return { arn, identity: JSON.parse(JSON.stringify(identity).replaceAll('/pypi//', '/pypi/none/')) };
}
export const groups = of('AWS::CodeArtifact::PackageGroup').map((g) => g.properties);
export const [profile] = of('AWS::Signer::SigningProfile').map((p) => p.values.Arn);
export const [machine] = of('AWS::StepFunctions::StateMachine').map((m) => m.values.Ref);
export const [topic] = of('AWS::SNS::Topic').map((t) => t.values.Ref);

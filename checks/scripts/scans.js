// What ECR answers of a scan, and what the scripts do of each. aws ecr describe-image-scan-findings is asked once for everything.
import { printed, values } from './aws.js';
import { digest } from './bench.js';

const query = '[imageScanStatus.status,imageScanFindings.imageScanCompletedAt,'
  + 'imageScanFindings.findingSeverityCounts.CRITICAL,imageScanFindings.findingSeverityCounts.HIGH]';
export const asks = (repository) => 'aws ecr describe-image-scan-findings --no-paginate '
  + `--repository-name ${repository} --image-id imageDigest=${digest} --output text --query ${query}`;
export const scan = 'aws ecr describe-image-scan-findings *';

const imageScanCompletedAt = '2026-01-02T03:04:05Z';
const answer = (status, imageScanFindings) => ({ imageId: { imageDigest: digest }, imageScanStatus: { status }, imageScanFindings });
const counts = (findingSeverityCounts, status = 'ACTIVE') => answer(status, { imageScanCompletedAt, findingSeverityCounts });
// Every status that ECR has. What a scan that is complete says comes with the time of its end.
const every = Object.fromEntries(values('ecr', 'ScanStatus').map((status) => [status, answer(status, { imageScanCompletedAt })]));

const documents = {
  ...every,
  // https://github.com/aws/aws-sdk/issues/289 and https://github.com/aws/aws-cli/issues/6759 have these two.
  'COMPLETE too early': answer('COMPLETE', { findings: [] }),
  'ACTIVE too early': answer('ACTIVE', { findings: [] }),
  'ACTIVE with counts and no time': answer('ACTIVE', { findingSeverityCounts: { LOW: 1 } }),
  'no status': { imageScanFindings: { imageScanCompletedAt } },
  clean: counts({ LOW: 9, MEDIUM: 9, HIGH: 0 }), 'no counts': counts({}, 'COMPLETE'),
  HIGH: counts({ HIGH: 2 }), CRITICAL: counts({ CRITICAL: 2, HIGH: 0 }), both: counts({ CRITICAL: 1, HIGH: 3 }, 'COMPLETE'),
};
export const texts = printed(asks('a/b'), documents);
export const says = (...names) => [scan, ...names.map((name) => (name === 'an error' ? 'exit 254' : `printf '%s\\n' '${texts[name]}'`))];

// What becomes of each status: it passes, is waited for, or is refused with a way out.
const becomes = {
  ACTIVE: 'passes', COMPLETE: 'passes', PENDING: 'waits', IN_PROGRESS: 'waits', FINDINGS_UNAVAILABLE: 'waits',
  FAILED: /can't be scanned: FAILED/, LIMIT_EXCEEDED: /can't be scanned: LIMIT_EXCEEDED/, UNSUPPORTED_IMAGE: /the operating system or the media type/,
  SCAN_ELIGIBILITY_EXPIRED: /re-scan duration/, IMAGE_ARCHIVED: /restore it/, IMAGE_SIZE_EXCEEDED: /make it smaller/,
};
export const statuses = values('ecr', 'ScanStatus').map((status) => [status, becomes[status]]);
export const early = ['COMPLETE too early', 'ACTIVE too early', 'ACTIVE with counts and no time', 'no status', 'an error'];

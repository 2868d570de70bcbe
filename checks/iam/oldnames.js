// AWS renamed two condition keys in 2026. The evaluator knows the new names only, so that the old ones stand in its place as
// tags of the caller, in policies and requests alike.
export const oldNames = { 'sagemaker:VolumeKmsKey': 'aws:PrincipalTag/OldVolumeKey', 'sagemaker:OutputKmsKey': 'aws:PrincipalTag/OldOutputKey' };

export const renamed = (statements) => JSON.parse(Object.entries(oldNames).reduce(
  (text, [name, tag]) => text.replaceAll(`"${name}"`, `"${tag}"`), JSON.stringify(statements)));

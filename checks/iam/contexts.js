// What AWS says of a request that starts a job.

// contextOf are the condition keys of a request; a key of which the request says nothing is not there.
export function contextOf(action, request) {
  const { Tags = [] } = request;
  const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value]));
  return Object.fromEntries(Object.entries({ ...forms[action](request), ...tags })
    .filter(([key, value]) => value !== undefined && !key.endsWith('/undefined') && !(Array.isArray(value) && value.length === 0)));
}

const forms = {
  CreateTrainingJob: ofTraining,
  CreateHyperParameterTuningJob: ({ TrainingJobDefinition }) => ofTraining(TrainingJobDefinition),
  CreateProcessingJob: ({ ProcessingResources: { ClusterConfig }, NetworkConfig: { VpcConfig, ...network }, ProcessingOutputConfig, StoppingCondition }) => ofTraining({
    ResourceConfig: ClusterConfig, VpcConfig, ...network, OutputDataConfig: ProcessingOutputConfig, StoppingCondition,
  }),
};

function ofTraining({ ResourceConfig: r, VpcConfig: vpc, OutputDataConfig, StoppingCondition, RemoteDebugConfig, ...request }) {
  return {
    'sagemaker:VpcSubnets': vpc?.Subnets, 'sagemaker:VpcSecurityGroupIds': vpc?.SecurityGroupIds,
    'sagemaker:NetworkIsolation': text(request.EnableNetworkIsolation),
    'sagemaker:InterContainerTrafficEncryption': text(request.EnableInterContainerTrafficEncryption),
    'sagemaker:VolumeKmsKeyArn': r.VolumeKmsKeyId, 'sagemaker:OutputKmsKeyArn': OutputDataConfig?.KmsKeyId,
    'sagemaker:InstanceTypes': (r.InstanceGroups ?? [r]).map((g) => g.InstanceType).filter(Boolean),
    'sagemaker:MaxRuntimeInSeconds': text(StoppingCondition?.MaxRuntimeInSeconds),
    'sagemaker:KeepAlivePeriod': text(r.KeepAlivePeriodInSeconds),
    'sagemaker:EnableRemoteDebug': text(RemoteDebugConfig?.EnableRemoteDebug),
  };
}

function text(value) {
  return value === undefined ? undefined : String(value);
}

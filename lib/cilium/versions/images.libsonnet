// How the image tables of the versions are written.
local image(repository, tag, digest=null) = {
  override: null,
  repository: repository,
  tag: tag,
  pullPolicy: 'IfNotPresent',
  digest: if digest != null then 'sha256:' + digest,
  useDigest: digest != null,
};

{
  image:: image,

  // Cilium's own images, which carry the release as their tag. The operator is one image a cloud, so it has a digest for
  // each and none of its own.
  ofRelease(tag, digests, operator):: {
    cilium: image('quay.io/cilium/cilium', tag, digests.cilium),
    hubbleRelay: image('quay.io/cilium/hubble-relay', tag, digests.hubbleRelay),
    clustermeshApiserver: image('quay.io/cilium/clustermesh-apiserver', tag, digests.clustermeshApiserver),
    operator: {
      override: null,
      repository: 'quay.io/cilium/operator',
      tag: tag,
      pullPolicy: 'IfNotPresent',
      suffix: '',
      genericDigest: 'sha256:' + operator.generic,
      awsDigest: 'sha256:' + operator.aws,
      azureDigest: 'sha256:' + operator.azure,
      alibabacloudDigest: 'sha256:' + operator.alibabacloud,
      useDigest: true,
    },
  },
}

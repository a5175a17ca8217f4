/** The tested SDKs, pinned. The emulator's answers are compared with the fields that these SDKs read. */
export const PYTHON_PACKAGES = {
  'alibabacloud-vpc20160428': '7.2.2',
  'alibabacloud-cbn20170912': '1.4.0',
  'alibabacloud-credentials': '1.0.12',
  'aliyun-python-sdk-core': '2.16.1',
  'aliyun-python-sdk-vpc': '3.0.48',
  'aliyun-python-sdk-cbn': '1.0.42',
};

export const GO_MODULES = {
  'github.com/alibabacloud-go/vpc-20160428/v6': 'v6.12.8',
  'github.com/alibabacloud-go/darabonba-openapi/v2': 'v2.1.13',
  'github.com/aliyun/alibaba-cloud-sdk-go': 'v1.63.107',
};

/** Actions for which AWS takes no resource but `*`. */
export const ON_ANYTHING: Readonly<Record<string, string>> = {
  'cloudwatch:GetMetricData': 'metrics have no ARN',
  'ec2:AssignPrivateIpAddresses': 'a function in a network: interfaces have no name before they are made',
  'ec2:CreateNetworkInterface': 'the same',
  'ec2:DeleteNetworkInterface': 'the same',
  'ec2:DescribeNetworkInterfaces': 'the same',
  'ec2:DescribeSecurityGroups': 'the same',
  'ec2:DescribeSubnets': 'the same',
  'ec2:DescribeVpcs': 'the same',
  'ec2:UnassignPrivateIpAddresses': 'the same',
  'redshift-data:DescribeStatement': 'whoever made a statement may ask after it',
};

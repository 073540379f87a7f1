// CloudFormation's Ref, Fn::GetAtt, Fn::Sub and Fn::Join, as far as names, ARNs and addresses need them.
import { plain, refuse, type Tree } from './tree.ts';

/** What stands for the account here. Twelve digits, as ARNs have them. */
export const LOCAL_ACCOUNT = '000000000000';

export type Physical = { readonly type: string; readonly name: string };
export type World = {
  readonly region: string;
  readonly resources: ReadonlyMap<string, Physical>;
  /** A queue's address from its name. */
  readonly queueUrl: (name: string) => string;
};

export const streamArn = (region: string, name: string): string =>
  `arn:aws:kinesis:${region}:${LOCAL_ACCOUNT}:stream/${name}`;
export const queueArn = (region: string, name: string): string => `arn:aws:sqs:${region}:${LOCAL_ACCOUNT}:${name}`;

const pseudo = (name: string, region: string): string | undefined =>
  ({
    'AWS::Region': region,
    'AWS::AccountId': LOCAL_ACCOUNT,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
  })[name];

/** @returns a reader that gives the text of a scalar or of an intrinsic, or refuses with file and line */
export const textReader = (world: World): ((tree: Tree) => string) => {
  const resource = (id: string, tree: Tree): Physical =>
    world.resources.get(id) ??
    refuse(tree.at, `no resource "${id}"; there are ${[...world.resources.keys()].join(', ')}`);

  const ref = (id: string, tree: Tree): string => {
    const known = pseudo(id, world.region);
    if (known !== undefined) return known;
    const { type, name } = resource(id, tree);
    if (type === 'AWS::SecretsManager::Secret')
      return `arn:aws:secretsmanager:${world.region}:${LOCAL_ACCOUNT}:secret:${name}`;
    return type === 'AWS::SQS::Queue' ? world.queueUrl(name) : name;
  };

  const attribute = (id: string, name: string, tree: Tree): string => {
    const found = resource(id, tree);
    if (name === 'Arn')
      switch (found.type) {
        case 'AWS::Kinesis::Stream':
          return streamArn(world.region, found.name);
        case 'AWS::SQS::Queue':
          return queueArn(world.region, found.name);
        case 'AWS::S3::Bucket':
          return `arn:aws:s3:::${found.name}`;
        case 'AWS::DynamoDB::Table':
          return `arn:aws:dynamodb:${world.region}:${LOCAL_ACCOUNT}:table/${found.name}`;
      }
    if (found.type === 'AWS::SQS::Queue' && name === 'QueueName') return found.name;
    if (name === 'Arn' && found.type === 'AWS::KMS::Key')
      return `arn:aws:kms:${world.region}:${LOCAL_ACCOUNT}:key/${id}`;
    return refuse(tree.at, `${found.type} has no attribute ${name} that is understood here`);
  };

  const sub = (text: string, tree: Tree): string =>
    text.replace(/\$\{([^}]*)\}/g, (_, inside: string) => {
      if (inside.startsWith('!')) return `\${${inside.slice(1)}}`;
      const dot = inside.indexOf('.');
      return dot < 0 ? ref(inside, tree) : attribute(inside.slice(0, dot), inside.slice(dot + 1), tree);
    });

  const text = (tree: Tree): string => {
    if (tree.kind === 'scalar' && tree.value !== null) return String(tree.value);
    const [only, ...more] = tree.kind === 'map' ? [...tree.fields] : [];
    if (only === undefined || more.length > 0) return refuse(tree.at, `${JSON.stringify(plain(tree))} is not a text`);
    const [fn, argument] = only;
    const items = argument.kind === 'list' ? argument.items : [];
    switch (fn) {
      case 'Ref':
        return ref(text(argument), tree);
      case 'Fn::Sub':
        return argument.kind === 'scalar'
          ? sub(String(argument.value), tree)
          : refuse(argument.at, 'Fn::Sub is understood with a text only');
      case 'Fn::GetAtt':
        if (items[0] !== undefined && items[1] !== undefined) return attribute(text(items[0]), text(items[1]), tree);
        return refuse(argument.at, 'Fn::GetAtt takes a resource and an attribute');
      case 'Fn::Join':
        if (items[0] !== undefined && items[1]?.kind === 'list') return items[1].items.map(text).join(text(items[0]));
        return refuse(argument.at, 'Fn::Join takes a separator and a list');
      default:
        return refuse(tree.at, `${fn} is not understood here; Ref, Fn::GetAtt, Fn::Sub and Fn::Join are`);
    }
  };
  return text;
};

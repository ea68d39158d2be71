// Calls with the vendor's own code for Node: a line of JSON in, a line of JSON out, as driver.py has it.
// Usage: node driver.cjs dm|pop-core, with the packages in a folder that NODE_PATH names.
'use strict';

const fs = require('node:fs');
const { createInterface } = require('node:readline');
const { Readable } = require('node:stream');

const version = (name) => require(`${name}/package.json`).version;
const trusted = (asked) => asked.ca && fs.readFileSync(asked.ca, 'utf-8');
const small = (name) => name[0].toLowerCase() + name.slice(1);

// A model of the SDK from names on the wire, its values in the types that it declares.
function filled(Model, params) {
  const cast = { number: Number, boolean: (value) => value === true || value === 'true', string: String };
  const types = Model.types();
  const fields = Object.entries(Model.names()).filter(([, wire]) => wire in params);
  const read = (type, value) => (cast[type] ? cast[type](value) : filled(type, JSON.parse(value)));
  return new Model(Object.fromEntries(fields.map(([name, wire]) => [name, read(types[name], params[wire])])));
}

// The fields of a model that are empty or not of the type that it declares.
function lacking(model, at = '') {
  if (typeof model === 'string') return []; // of a list of texts
  return Object.entries(model.constructor.types()).flatMap(([name, type]) => {
    const [value, here] = [model[name], at ? `${at}.${name}` : name];
    if (value === undefined || value === null) return [here];
    if (Array.isArray(value)) return value.length ? value.flatMap((one) => lacking(one, here)) : [here];
    if (typeof value === 'object') return lacking(value, here);
    return typeof value === type ? [] : [here];
  });
}

const SDKS = {
  dm: {
    about() {
      const names = Object.keys(require('@alicloud/dm20151123')).filter((name) => name.endsWith('Response'));
      return { version: version('@alicloud/dm20151123'), actions: names.map((name) => name.slice(0, -'Response'.length)) };
    },
    async call(asked) {
      const dm = require('@alicloud/dm20151123');
      const { $OpenApiUtil } = require('@alicloud/openapi-core');
      const { RuntimeOptions } = require('@darabonba/typescript');
      const client = new dm.default(new $OpenApiUtil.Config({
        accessKeyId: asked.id,
        accessKeySecret: asked.secret,
        securityToken: asked.token,
        endpoint: asked.endpoint,
        protocol: asked.protocol ?? 'http',
        regionId: 'cn-hangzhou',
        signatureAlgorithm: asked.scheme === 'v1' ? 'v2' : undefined,
      }));
      client._openPlatformEndpoint = asked.endpoint;
      const runtime = new RuntimeOptions({ ca: trusted(asked) });
      if (asked.bare || !(`${asked.action}Response` in dm)) {
        const params = new $OpenApiUtil.Params({
          action: asked.action, version: '2015-11-23', protocol: 'HTTPS', pathname: '/', method: asked.method ?? 'POST',
          authType: 'AK', style: 'RPC', reqBodyType: 'formData', bodyType: 'json',
        });
        const query = Object.fromEntries(Object.entries(asked.params).map(([name, value]) => [name, String(value)]));
        return { reply: (await client.callApi(params, new $OpenApiUtil.OpenApiRequest({ query }), runtime)).body };
      }
      const kind = asked.files ? 'AdvanceRequest' : 'Request';
      const Model = dm[asked.action + kind]; // there is none without parameters
      const request = Model && filled(Model, asked.params);
      if (asked.files) {
        request.attachments = asked.files.map(([attachmentName, data]) => new dm.SingleSendMailAdvanceRequestAttachments({
          attachmentName, attachmentUrlObject: Readable.from([Buffer.from(data, 'base64')]),
        }));
      }
      const method = small(asked.action) + (asked.files ? 'Advance' : 'WithOptions');
      const { body } = await client[method](...(Model ? [request] : []), runtime);
      return { reply: body.toMap(), lacking: lacking(body) };
    },
  },
  'pop-core': {
    about: () => ({ version: version('@alicloud/pop-core'), actions: null }),
    async call(asked) {
      const { RPCClient } = require('@alicloud/pop-core');
      const client = new RPCClient({
        accessKeyId: asked.id,
        accessKeySecret: asked.secret,
        securityToken: asked.token,
        endpoint: `${asked.protocol ?? 'http'}://${asked.endpoint}`,
        apiVersion: '2015-11-23',
      });
      return { reply: await client.request(asked.action, asked.params, { method: asked.method, ca: trusted(asked) }) };
    },
  },
};

// An error by what its SDK documents of it.
function told(error) {
  const data = error.data ?? {};
  return {
    error: {
      class: error.name,
      code: error.code,
      status: error.statusCode ?? error.entry?.response.statusCode,
      request_id: error.requestId ?? data.RequestId,
      message: error.message,
    },
  };
}

async function main() {
  const sdk = SDKS[process.argv[2]];
  for await (const line of createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    let answer;
    try {
      answer = asked === 'about' ? sdk.about() : await sdk.call(asked);
    } catch (error) {
      answer = told(error);
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

main();

// The SDK reads replies with `json-bigint`. This parser keeps all digits of long numbers, but it is written in JavaScript and makes
// slow objects. In the bundle, Node's own parser reads every reply that gives the same values in both.

const CONTENTS = `
  const { parse } = require('json-bigint');
  // Long numbers, exponents, names that json-bigint refuses, and escapes, because escapes can spell these names.
  const DIFFERS = /(?:^|[:,[])\\s*(?:[-\\d.]{16}|[-\\d.]+[eE])|__proto__|constructor|\\\\u/;
  exports.parse = (reply) => {
    const text = String(reply);
    if (!DIFFERS.test(text)) {
      try {
        return JSON.parse(text);
      } catch {
        // json-bigint accepts a little more, and callers know its errors.
      }
    }
    return parse(text);
  };
`;

/** A plugin for esbuild. */
export const quickJson = {
  name: 'quick-json',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^json-bigint$/ }, ({ namespace, resolveDir }) =>
      namespace === 'quick-json' ? undefined : { path: 'json-bigint', namespace: 'quick-json', pluginData: resolveDir },
    );
    onLoad({ filter: /.*/, namespace: 'quick-json' }, ({ pluginData }) => ({
      contents: CONTENTS,
      resolveDir: pluginData,
    }));
  },
};

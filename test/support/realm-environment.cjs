// Jest runs tests in a vm context: errors, dates and maps made by Node core (net, fs, structuredClone, v8) come from the
// outer realm and fail `instanceof` there. This makes the common brands realm-agnostic, so code behaves as outside Jest.
const { TestEnvironment } = require('jest-environment-node');
const { types } = require('node:util');

const ordinaryHasInstance = Function.prototype[Symbol.hasInstance];
const brands = {
  Error: types.isNativeError,
  Date: types.isDate,
  Map: types.isMap,
  Set: types.isSet,
  RegExp: types.isRegExp,
  Promise: types.isPromise,
  Array: Array.isArray,
};

module.exports = class RealmEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const [name, is] of Object.entries(brands)) {
      const brand = this.global[name];
      Object.defineProperty(brand, Symbol.hasInstance, {
        configurable: true,
        value(candidate) {
          return ordinaryHasInstance.call(this, candidate) || (this === brand && is(candidate));
        },
      });
    }
  }
};

/** Version of this package, sent as the version of the instrumentation scope. A test holds it equal to package.json. */
export const SDK_VERSION = '0.1.0';

/** Name of the instrumentation scope of every span this package starts. */
export const SDK_SCOPE = '@costspan/sdk';

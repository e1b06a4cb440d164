/**
 * Loads a client library, which is installed by those who use its broker.
 *
 * @param broker for the message
 * @param name the package
 * @param load imports it
 * @throws {Error} saying how to install it
 */
export async function loadLibrary<Library>(
  broker: string,
  name: string,
  load: () => Promise<Library>,
): Promise<Library> {
  try {
    return await load();
  } catch (error) {
    throw new Error(`${broker} needs the package ${name}, which cannot be loaded: npm install ${name}`, {
      cause: error,
    });
  }
}

import { join } from 'node:path';
import { Application, Comment, LogLevel, ReflectionKind } from 'typedoc';
import { API_ROUTE, ENTRY_POINTS } from './entry-points.mjs';

/**
 * Writes the API reference: pages in Markdown, made of the sources' docstrings.
 *
 * @param {string} root of the repository
 * @param {string} folder of the staged pages
 */
export async function stageApi(root, folder) {
  const app = await Application.bootstrapWithPlugins({
    ...READING,
    ...WRITING,
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: ENTRY_POINTS.map(({ file }) => join(root, file)),
    tsconfig: join(root, 'apps/site/tsconfig.api.json'),
    basePath: root,
    displayBasePath: root,
    outputs: [{ name: 'markdown', path: join(folder, API_ROUTE) }],
  });
  const project = await app.convert();
  if (!project) throw new Error('TypeDoc could not read the sources');
  const modules = project.getChildrenByKind(ReflectionKind.Module);
  if (modules.length < ENTRY_POINTS.length)
    throw new Error('TypeDoc has not read all entry points');
  for (const module of modules) rename(module);
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error('TypeDoc could not write the API reference');
}

/** The compiler and its options are checked elsewhere. */
const READING = /** @type {const} */ ({
  skipErrorChecking: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeProtected: true,
  excludeExternals: true,
  excludeReferences: true, // One page for each thing, in the package that it comes from.
  logLevel: LogLevel.Error,
});

const WRITING = /** @type {const} */ ({
  name: 'API',
  readme: 'none',
  router: 'member',
  entryFileName: 'index',
  excludeScopesInPaths: true,
  githubPages: false,
  hidePageHeader: true,
  disableSources: true,
  indexFormat: 'table',
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  typeDeclarationFormat: 'table',
  tableColumnSettings: { hideModifiers: true, hideInherited: true, hideOverrides: true },
  pageTitleTemplates: { member: '{kind} {name}' },
});

/**
 * Names a module as users import it.
 *
 * @param {import('typedoc').DeclarationReflection} module
 */
function rename(module) {
  const path = `packages/${module.name.replace(/\/index$/, '')}/index.ts`;
  const entry = ENTRY_POINTS.find(
    ({ file }) => file === path || file === path.replace('packages/', ''),
  );
  if (!entry) throw new Error(`No entry point is named ${module.name}`);
  module.name = entry.name;
  module.comment = new Comment([{ kind: 'text', text: entry.about }]);
}

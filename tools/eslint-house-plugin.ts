/** The rules of the house that no published plugin has in so few lines. */
import { basename } from 'node:path';
import type { ESLint, Rule } from 'eslint';

const kebabCaseFile: Rule.RuleModule = {
  meta: { type: 'problem', messages: { name: 'Name the file in kebab-case: {{name}} is not.' } },
  create(context) {
    const name = basename(context.filename);
    return {
      Program(node) {
        // A leading number orders examples; parts after a dot name a variant, as in attention.reference.ts.
        if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/.test(name)) {
          context.report({ node, messageId: 'name', data: { name } });
        }
      },
    };
  },
};

const bannedNames: Rule.RuleModule = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', properties: { names: { type: 'array', items: { type: 'string' } } } }],
    messages: { name: 'Write the word in full: {{name}} is banned.' },
  },
  create(context) {
    const [settings] = context.options as [{ names: string[] }];
    const banned = new Set(settings.names);
    return {
      Identifier(node) {
        if (!banned.has(node.name)) return;
        // A property of somebody else's object keeps its name.
        const parent = (node as Rule.Node).parent as Rule.Node | null;
        if (parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) return;
        context.report({ node, messageId: 'name', data: { name: node.name } });
      },
    };
  },
};

const noDefaultExport: Rule.RuleModule = {
  meta: { type: 'problem', messages: { found: 'Export by name: a default export has a new name in every file.' } },
  create(context) {
    return {
      ExportDefaultDeclaration(node) {
        context.report({ node, messageId: 'found' });
      },
      ExportSpecifier(node) {
        if (node.exported.type === 'Identifier' && node.exported.name === 'default') {
          context.report({ node, messageId: 'found' });
        }
      },
    };
  },
};

/** The plugin that eslint.config.js registers as `house`. */
export const housePlugin: ESLint.Plugin = {
  rules: {
    'kebab-case-file': kebabCaseFile,
    'banned-names': bannedNames,
    'no-default-export': noDefaultExport,
  },
};

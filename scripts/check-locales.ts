import { localeProblems } from './locale-problems.js';

const problems = localeProblems();
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'locales: complete' : `locales: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

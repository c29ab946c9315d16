import { installedProgram, type Program, unpackedProgram } from '@breaking/testkit';

/**
 * Prometheus or its tool, installed or from the distribution's package.
 * @throws Error with the commands to run if there is no way to get it
 */
export async function prometheusProgram(name: 'prometheus' | 'promtool'): Promise<Program> {
  const found = (await installedProgram([name])) ?? (await unpackedProgram([name], ['prometheus']));
  return found ?? Promise.reject(new Error(ADVICE));
}

const ADVICE = `The tests need Prometheus and found none. Any of these helps:

  sudo apt-get update && sudo apt-get install -y prometheus      (Debian, Ubuntu)
  brew install prometheus      (macOS)

prometheus and promtool anywhere on PATH are enough. No server need run.`;

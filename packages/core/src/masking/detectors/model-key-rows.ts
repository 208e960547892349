import type { KeyRow } from './key-row.js'
import { beside } from './key-row.js'

/** Language models, and what is built around them. */
export const modelRows: readonly KeyRow[] = [
  {
    vendor: 'OpenAI',
    source: 'platform.openai.com: API keys; gitleaks: openai-api-key',
    keywords: ['sk-'],
    pattern:
      /(?<![\w-])sk-(?:(?:proj|svcacct|admin|None)-[\w-]{20,200}|[A-Za-z\d]{20}T3BlbkFJ[A-Za-z\d]{20}(?![\w-]))/g,
  },
  {
    vendor: 'Anthropic',
    source: 'docs.claude.com: API overview, authentication; gitleaks: anthropic-api-key, anthropic-admin-api-key',
    keywords: ['sk-ant-'],
    pattern: /(?<![\w-])sk-ant-[a-z]{3,8}\d\d-[\w-]{60,140}/g,
  },
  {
    vendor: 'DeepSeek',
    source: 'api-docs.deepseek.com: Your first API call; betterleaks: deepseek-api-key',
    keywords: ['sk-'],
    pattern: /(?<![\w-])sk-[\da-z]{32,64}(?![\w-])/gi,
    random: true,
  },
  {
    vendor: 'OpenRouter',
    source: 'openrouter.ai: Authentication; betterleaks: openrouter-api-key',
    keywords: ['sk-or-v1-'],
    pattern: /(?<![\w-])sk-or-v1-[\da-f]{64}(?!\w)/g,
  },
  {
    vendor: 'Langfuse',
    source: 'langfuse.com: Where are my API keys',
    keywords: ['sk-lf-'],
    pattern: /(?<![\w-])sk-lf-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?!\w)/g,
  },
  {
    vendor: 'Hugging Face',
    source: 'huggingface.co: User access tokens; gitleaks: huggingface-access-token, -organization-api-token',
    keywords: ['hf_', 'api_org_'],
    pattern: /(?<!\w)(?:hf|api_org)_[a-z\d]{34}(?!\w)/gi,
  },
  {
    vendor: 'Groq',
    source: 'console.groq.com: Quickstart',
    keywords: ['gsk_'],
    pattern: /(?<!\w)gsk_[a-z\d]{52}(?!\w)/gi,
  },
  { vendor: 'xAI', source: 'docs.x.ai: API keys', keywords: ['xai-'], pattern: /(?<!\w)xai-[a-z\d]{80}(?!\w)/gi },
  {
    vendor: 'Perplexity',
    source: 'docs.perplexity.ai: API key management; gitleaks: perplexity-api-key',
    keywords: ['pplx-'],
    pattern: /(?<!\w)pplx-[a-z\d]{48}(?!\w)/gi,
  },
  {
    vendor: 'Replicate',
    source: 'replicate.com: API tokens; betterleaks: replicate-api-token',
    keywords: ['r8_'],
    pattern: /(?<!\w)r8_[a-z\d]{37}(?!\w)/gi,
  },
  {
    vendor: 'LangSmith',
    source: 'docs.langchain.com: Create an account and API key',
    keywords: ['lsv2_'],
    pattern: /(?<!\w)lsv2_(?:pt|sk)_[\da-f]{32}_[\da-f]{10}(?!\w)/g,
  },
  {
    vendor: 'NVIDIA',
    source: 'docs.api.nvidia.com: API keys; betterleaks: nvidia-api-key',
    keywords: ['nvapi-'],
    pattern: /(?<!\w)nvapi-[\w-]{60,70}(?![\w-])/g,
  },
  {
    vendor: 'Cerebras',
    source: 'inference-docs.cerebras.ai: Quickstart; betterleaks: cerebras-api-key',
    keywords: ['csk-'],
    pattern: /(?<!\w)csk-[a-z\d]{48}(?!\w)/g,
  },
  {
    vendor: 'Pinecone',
    source: 'docs.pinecone.io: Manage API keys; kingfisher: pinecone.2',
    keywords: ['pcsk_'],
    pattern: /(?<!\w)pcsk_[A-Za-z\d]{5,6}_[A-Za-z\d]{60,66}(?!\w)/g,
  },
  {
    vendor: 'ElevenLabs',
    source: 'elevenlabs.io: API authentication; kingfisher: elevenlabs.1',
    keywords: Array.from('0123456789abcdef', (digit) => `sk_${digit}`),
    pattern: /(?<!\w)sk_[\da-f]{48}(?!\w)/g,
  },
  {
    vendor: 'Cohere',
    source: 'docs.cohere.com: API keys; gitleaks: cohere-api-token',
    keywords: ['cohere', 'co_api_key'],
    pattern: /(?<![\w-])[A-Za-z\d]{40}(?![\w-])/g,
    // Not the name alone: texts are coherent.
    ...beside('cohere_api', 'cohere api', 'cohere-api', 'cohere_key', 'cohere key', 'cohereapikey', 'co_api_key'),
  },
  {
    vendor: 'Mistral',
    source: 'docs.mistral.ai: Quickstart; betterleaks: mistral-api-key',
    keywords: ['mistral'],
    pattern: /(?<![\w-])[A-Za-z\d]{32}(?![\w-])/g,
    ...beside('mistral_api', 'mistral api', 'mistral-api', 'mistral key', 'mistral_key', 'mistralapikey'),
  },
]

import { describe, expect, it } from 'vitest';
import { gatewayAddress, trustedResumeUrl } from '../src/shard/gateway-address.ts';

const discord = {
  urlWSS: 'wss://gateway.discord.gg/',
  encoding: 'json',
  compression: 'zlib-stream',
  trustedGatewayHosts: ['gateway.proxy.example'],
} as const;

describe('the address of a connection', () => {
  it.each([
    ['', 'wss://gateway.discord.gg/?v=10&encoding=json&compress=zlib-stream'],
    [
      'wss://gateway.discord.gg/?v=9&encoding=json',
      'wss://gateway.discord.gg/?v=10&encoding=json&compress=zlib-stream',
    ],
    ['wss://gateway.discord.gg', 'wss://gateway.discord.gg/?v=10&encoding=json&compress=zlib-stream'],
  ])('main URL %j gets version, encoding and compression exactly once', (urlWSS, expected) => {
    expect(gatewayAddress({ ...discord, urlWSS }, 'main', undefined)).toBe(expected);
  });

  it('the resume URL gets the same parameters as the main one', () => {
    const session = { sessionId: 'a', resumeUrl: 'wss://gateway-us-east1-c.discord.gg' };
    expect(gatewayAddress({ ...discord, compression: 'none' }, 'resume', session)).toBe(
      'wss://gateway-us-east1-c.discord.gg/?v=10&encoding=json',
    );
  });
});

describe('which resume_gateway_url may hear the token', () => {
  it.each(['wss://gateway-us-east1-c.discord.gg', 'wss://gateway.discord.gg/', 'wss://gateway.proxy.example'])(
    '%s may',
    (url) => expect(trustedResumeUrl(discord, url)).toBe(url),
  );

  it.each([
    'ws://gateway-us-east1-c.discord.gg',
    'https://gateway.discord.gg',
    'wss://evil.example',
    'wss://gateway.discord.gg.evil.example',
    'wss://notdiscord.gg',
    'wss://user:password@gateway.discord.gg',
    'wss://gateway.discord.gg@evil.example',
    'wss://gateway-us-east1-c.discord.gg:8443',
    'wss://gateway.discord.gg.',
    'wss://xn--discord-9va.gg',
    'not a url',
    '',
    null,
    17,
  ])('%j may not', (url) => expect(trustedResumeUrl(discord, url)).toBeNull());

  it('where the gateway is another host, that host is trusted by its own protocol only', () => {
    const simulated = { ...discord, urlWSS: 'ws://127.0.0.1:4400' };
    expect(trustedResumeUrl(simulated, 'ws://127.0.0.1:4401')).toBe('ws://127.0.0.1:4401');
    expect(trustedResumeUrl(simulated, 'wss://127.0.0.1:4401')).toBeNull();
    expect(trustedResumeUrl(simulated, 'ws://127.0.0.2:4401')).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { maskEmail, maskPhone } from '../../src/infrastructure/masking.js';

describe('maskEmail', () => {
  it.each([
    ['ada@gmail.com', 'a***@g***.com'],
    ['a@b.co', 'a***@b***.co'],
    ['fan@mail.example.co.uk', 'f***@m***.uk'],
    ['"a@b"@example.org', '"***@e***.org'],
    ['𝒶da@localhost', '𝒶***@l***'],
  ])('%s', (address, masked) => {
    expect(maskEmail(address)).toBe(masked);
  });
});

describe('maskPhone', () => {
  it.each([
    ['+905551234512', '+90********12'],
    ['+12025550123', '+1********23'],
    ['+4915112345678', '+49*********78'],
    ['+999123456789', '+**********89'],
  ])('%s', (number, masked) => {
    expect(maskPhone(number)).toBe(masked);
  });

  it('keeps the length of the number', () => {
    expect(maskPhone('+905551234512')).toHaveLength('+905551234512'.length);
  });
});

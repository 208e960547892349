import { describe, expect, it } from 'vitest'
import { connectionPassword } from '../../../src/masking/detectors/connection-password.js'
import { foundBy } from './found-by.js'

const found = foundBy(connectionPassword)

describe('passwords of connections', () => {
  it.each([
    ['postgres://app:hunter2@db.example.com:5432/shop', 'hunter2'],
    ['redis://:s3cr3t!@cache.example.com', 's3cr3t!'],
    ['mongodb+srv://u:p%40ss@cluster0.example.net/test', 'p%40ss'],
    ['https://bot:to:ken@git.example.com/x.git', 'to:ken'],
    ['amqp://u:pw@[2001:db8::1]:5672', 'pw'],
    ['host=db.example.com user=app password=hunter2 dbname=shop', 'hunter2'],
    ["host=db user=app password='two words' dbname=shop", 'two words'],
    ['Server=db;Database=shop;User Id=app;Password=hunter2;Encrypt=true', 'hunter2'],
    ['Data Source=db;Pwd=hunter2;Uid=sa', 'hunter2'],
    ['jdbc:postgresql://db/shop?user=app&password=hunter2', 'hunter2'],
    ['DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=abc123==;EndpointSuffix=core.windows.net', 'abc123=='],
  ])('are found in %s', (text, password) => {
    expect(found(text)).toEqual([password])
  })

  it.each([
    'https://example.com:8080/a@b',
    'https://ada@example.com/',
    'postgres://app:${PASSWORD}@db/shop',
    'postgres://app:***@db/shop',
    'password=hunter2',
    'host = "db"; password = os.environ["DB_PASSWORD"]',
    'user=x password=process.env.PW',
    'see https://example.com: mail ada@example.com',
  ])('are not in %s', (text) => {
    expect(found(text)).toEqual([])
  })
})

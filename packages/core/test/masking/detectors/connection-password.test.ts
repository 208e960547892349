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
    ['postgres://app:p@ss@db.example/app', 'p@ss'],
    ['postgres://app:p/ss@db.example/app', 'p/ss'],
    ['postgres://app:a?b#c@db.example/app', 'a?b#c'],
    ['postgres://app:pw@db.example/app?mail=ada@example.com', 'pw'],
    [`mysql://root:p'w"d@db/x`, `p'w"d`],
    ['smtp://app:p<w>d@mail:587', 'p<w>d'],
    ['redis://:only@cache/0', 'only'],
    ['jdbc:oracle:thin:scott/tiger123@//db:1521/x', 'tiger123'],
    ['jdbc:oracle:oci:scott/tiger123@db', 'tiger123'],
    ['jdbc:sqlserver://db;user=sa;password={hunter;2 secret};encrypt=true', '{hunter;2 secret}'],
    ['Driver=x;Server=db;Uid=app;Pwd={hunter;2}}secret};Database=x', '{hunter;2}}secret}'],
    ["host=db user=app password='hunter\\'2 secret' dbname=x", "hunter\\'2 secret"],
    ['host=db user=app password=hunter\\ 2 dbname=x', 'hunter\\ 2'],
    [`Server=db;User Id=app;Password="hunter;2 'secret";`, `hunter;2 'secret`],
    ['Server=db;User Id=app;Password="a""b c";', 'a""b c'],
    [`Server=db;User Id=app;Password='it''s';`, `it''s`],
    ['Server=db;User ID=app;Password=three small words;Encrypt=true', 'three small words'],
    ['"Server=db;User Id=app;Password=hunter2"', 'hunter2'],
    ['PGPASSWORD=hunter2 psql shop', 'hunter2'],
    ['username="a" password="hunter2";', 'hunter2'],
  ])('are found in %s', (text, password) => {
    expect(found(text)).toEqual([password])
  })

  it.each([
    'https://example.com:8080/a@b',
    'https://ada@example.com/',
    'postgres://app:${PASSWORD}@db/shop',
    'postgres://app:***@db/shop',
    'postgres://app:<password>@db/shop',
    'http://host:8080/a?b=c@example.com',
    '{"url":"redis://cache:6379","mail":"ada@example.com"}',
    '{"url":"redis://cache:some","mail":"ada@example.com"}',
    'http://localhost:${PORT}/a@b',
    'password=hunter2',
    'host = "db"; password = os.environ["DB_PASSWORD"]',
    'user=x password=process.env.PW',
    'see https://example.com: mail ada@example.com',
  ])('are not in %s', (text) => {
    expect(found(text)).toEqual([])
  })
})

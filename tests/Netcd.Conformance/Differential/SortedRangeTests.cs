using Netcd.Base;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;
using static Netcd.Proto.EtcdServer.RangeRequest.Types;

namespace Netcd.Conformance.Differential;

/// <summary>
/// Sorted ranges over many keys with equal sort values: Go's sort is not stable, but which of the equals comes first
/// follows from its steps, so both programs answer in the same order, and a limit cuts off the same keys.
/// </summary>
public sealed class SortedRangeTests
{
    private const int PutsInTransaction = 100;

    // Around every threshold of the sort, and long enough for many rounds of it.
    private static readonly int[] Lengths = [13, 14, 24, 31, 49, 50, 51, 64, 97, 128, 129, 500, 1000, 2500, 5000];

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    public async Task Equal_sort_values_come_in_the_order_in_which_Go_etcd_leaves_them(ulong seed)
    {
        using var directory = new TemporaryDirectory();
        await using var go = await StartAsync(ServerKind.Go, directory.File("go"));
        await using var netcd = await StartAsync(ServerKind.Netcd, directory.File("netcd"));
        using var goClient = new V3Client(go.ClientUrl);
        using var ourClient = new V3Client(netcd.ClientUrl);
        var prng = new Prng(seed);
        foreach (var length in Lengths)
        {
            foreach (var transaction in Fill(length, prng))
            {
                await Task.WhenAll(goClient.TxnAsync(transaction), ourClient.TxnAsync(transaction));
            }

            foreach (var request in Requests(length, prng))
            {
                var expected = await goClient.RangeAsync(request);
                var answer = await ourClient.RangeAsync(request);
                expected.Header = answer.Header = null;
                Assert.True(expected.Equals(answer), Difference(seed, length, request, expected, answer));
            }
        }
    }

    // A disk that is slow now and then would have a transaction made twice, and versions differ.
    private static Task<EtcdServer> StartAsync(ServerKind kind, string directory) =>
        EtcdServer.StartAsync(kind, directory, "--unsafe-no-fsync");

    private static string Prefix(int length) => $"sorted/{length:d5}/";

    // All keys, then some once more or several times, together and alone, so that all sort values repeat.
    private static IEnumerable<TxnRequest> Fill(int length, Prng prng)
    {
        var pattern = prng.Next(5);
        for (var first = 0; first < length; first += PutsInTransaction)
        {
            yield return Puts(
                Enumerable.Range(first, Math.Min(PutsInTransaction, length - first))
                    .Select(number => Put(length, number, ValueOf(pattern, number, length, prng))));
        }

        for (var round = 0; round < 6; round++)
        {
            var numbers = new HashSet<int>();
            for (var i = 0; i < Math.Min(PutsInTransaction, length / 4); i++)
            {
                numbers.Add(prng.Next(length));
            }

            yield return Puts(numbers.Select(number => Put(length, number, ValueOf(pattern, number, length, prng))));
        }
    }

    private static TxnRequest Puts(IEnumerable<PutRequest> puts)
    {
        var transaction = new TxnRequest();
        transaction.Success.AddRange(puts.Select(put => new RequestOp { RequestPut = put }));
        return transaction;
    }

    private static PutRequest Put(int length, int number, int value) => new()
    {
        Key = V3Client.Bytes($"{Prefix(length)}{number:d5}"), Value = V3Client.Bytes($"{value:d6}"),
    };

    // What sorts are known to find hard, and easy.
    private static int ValueOf(int pattern, int number, int length, Prng prng) => pattern switch
    {
        0 => prng.Next(4),
        1 => prng.Next(length),
        2 => number % 17,
        3 => Math.Min(number, length - number) / 3,
        _ => ((length - number) / 2) + (prng.Percent(3) ? prng.Next(50) : 0),
    };

    private static IEnumerable<RangeRequest> Requests(int length, Prng prng)
    {
        foreach (var target in Enum.GetValues<SortTarget>())
        {
            foreach (var order in Enum.GetValues<SortOrder>())
            {
                foreach (var limit in new[] { 0, 1 + prng.Next(length) })
                {
                    yield return new RangeRequest
                    {
                        Key = V3Client.Bytes(Prefix(length)),
                        RangeEnd = V3Client.PrefixEnd(Prefix(length)),
                        SortTarget = target,
                        SortOrder = order,
                        Limit = limit,
                        KeysOnly = prng.Percent(20),
                    };
                }
            }
        }
    }

    private static string Difference(
        ulong seed, int length, RangeRequest request, RangeResponse expected, RangeResponse answer)
    {
        var at = expected.Kvs.Zip(answer.Kvs).TakeWhile(pair => pair.First.Equals(pair.Second)).Count();
        return $"seed {seed}, {length} keys, {request}: differs at {at} of {expected.Kvs.Count} and {answer.Kvs.Count}\n"
            + $"Go:    {expected.Kvs.ElementAtOrDefault(at)}\nnetcd: {answer.Kvs.ElementAtOrDefault(at)}";
    }
}

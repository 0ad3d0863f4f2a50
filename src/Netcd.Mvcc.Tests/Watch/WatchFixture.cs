using System.Text;
using Netcd.Base;
using Netcd.TestKit;

namespace Netcd.Mvcc.Tests;

/// <summary>A hub over a fake store, driven by the test's own thread.</summary>
internal sealed class WatchFixture : IDisposable
{
    public WatchFixture(WatchOptions? options = null)
    {
        Hub = new WatchHub(
            History,
            (options ?? new WatchOptions()) with { ClusterId = 0xc1, MemberId = new MemberId(0x3e) },
            Time);
        Hub.RaftTerm = new Term(7);
        Hub.Publish(History.CurrentRevision);
    }

    public FakeHistory History { get; } = new();

    public ManualTime Time { get; } = new();

    public WatchHub Hub { get; }

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public void Write(params (string Key, string? Value)[] changes)
    {
        WriteUnpublished(changes);
        Hub.Publish(History.CurrentRevision);
    }

    public void WriteUnpublished(params (string Key, string? Value)[] changes)
    {
        History.Write(changes);
        foreach (var (revision, isTombstone, key, stored) in History.LastTransaction)
        {
            Hub.Append(revision, isTombstone, stored);
        }
    }

    public WatchStream Open(out TestSink sink)
    {
        sink = new TestSink();
        return Hub.OpenStream(sink);
    }

    public List<SeenResponse> Run(TestSink sink)
    {
        Hub.RunOnce();
        return sink.Take();
    }

    public void Dispose() => Hub.Dispose();
}

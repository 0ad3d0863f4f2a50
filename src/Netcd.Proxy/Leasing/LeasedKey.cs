using Google.Protobuf;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Proxy.Leasing;

/// <summary>A key that this proxy owns, with its present value; guarded by the lock of <see cref="LeasedKeys"/>.
/// </summary>
internal sealed class LeasedKey(RangeResponse answer)
{
    private TaskCompletionSource? _written;
    private int _writers;

    /// <summary>The revision at which it was acquired.</summary>
    public long Revision { get; } = answer.Header.Revision;

    /// <summary>The key's value, none if it does not exist, under the header of its last change.</summary>
    public RangeResponse Answer { get; private set; } = answer;

    /// <summary>Readers wait for this: a write is on its way.</summary>
    public Task Written => _written?.Task ?? Task.CompletedTask;

    public void BeginWrite()
    {
        _writers++;
        _written ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void EndWrite()
    {
        if (--_writers == 0)
        {
            _written?.SetResult();
            _written = null;
        }
    }

    public void Put(ByteString key, ByteString value, ResponseHeader header)
    {
        // An answer that comes late: what is known is newer.
        if (header.Revision <= Answer.Header.Revision)
        {
            return;
        }

        var pair = Answer.Kvs is [var old]
            ? old.Clone()
            : new KeyValue { Key = key, CreateRevision = header.Revision };
        pair.Version++;
        pair.ModRevision = header.Revision;
        pair.Value = value;
        Answer = new RangeResponse { Header = header, Kvs = { pair }, Count = 1 };
    }

    public void Delete(ResponseHeader header)
    {
        if (header.Revision >= Answer.Header.Revision)
        {
            Answer = new RangeResponse { Header = header };
        }
    }

    /// <summary>The answer as the member would give it.</summary>
    public RangeResponse AnswerTo(RangeRequest request)
    {
        var reply = new RangeResponse { Header = Answer.Header, Count = Answer.Kvs.Count };
        if (Answer.Kvs is [var pair] && !request.CountOnly && IsWanted(request, pair))
        {
            reply.Kvs.Add(pair.Clone());
            if (request.KeysOnly)
            {
                reply.Kvs[0].Value = ByteString.Empty;
            }
        }

        return reply;
    }

    private static bool IsWanted(RangeRequest request, KeyValue pair) =>
        pair.ModRevision >= request.MinModRevision && pair.CreateRevision >= request.MinCreateRevision
        && (request.MaxModRevision == 0 || pair.ModRevision <= request.MaxModRevision)
        && (request.MaxCreateRevision == 0 || pair.CreateRevision <= request.MaxCreateRevision);
}

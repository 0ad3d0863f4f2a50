using System.Net.Security;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Daemon.Discovery;

/// <summary>The discovery service over gRPC: one endpoint at a time, the next one after a failure.</summary>
internal sealed class GrpcRegistry : IRegistry
{
    private readonly RegistryOptions _options;
    private readonly GrpcChannel[] _channels;
    private int _current;
    private string _token = "";

    public GrpcRegistry(RegistryOptions options)
    {
        _options = options;
        _channels = [.. options.Endpoints.Select(endpoint => Connect(endpoint, options))];
    }

    public async Task<RegistryView> GetAsync(string key, bool isPrefix, CancellationToken cancellation)
    {
        var start = ByteString.CopyFromUtf8(key);
        var request = new RangeRequest { Key = start };
        if (isPrefix)
        {
            request.RangeEnd = EndOf(start);
        }

        var answer = await CallAsync("/etcdserverpb.KV/Range", request, RangeResponse.Parser, cancellation);
        return new RegistryView([.. answer.Kvs.Select(Entry)], answer.Header.Revision);
    }

    public Task PutAsync(string key, string value, CancellationToken cancellation) =>
        CallAsync(
            "/etcdserverpb.KV/Put",
            new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) },
            PutResponse.Parser,
            cancellation);

    public async IAsyncEnumerable<RegistryEntry> WatchAsync(
        string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var start = ByteString.CopyFromUtf8(prefix);
        using var call = _channels[_current].OpenStream("/etcdserverpb.Watch/Watch", WatchResponse.Parser, Call());
        await RefusedAsRegistryAsync(async () =>
        {
            await call.WriteAsync(
                new WatchRequest
                {
                    CreateRequest = new WatchCreateRequest
                    {
                        Key = start, RangeEnd = EndOf(start), StartRevision = fromRevision,
                    },
                },
                cancellation);
            return true;
        });
        await using var answers = call.ReadAllAsync(cancellation).GetAsyncEnumerator(cancellation);
        while (await RefusedAsRegistryAsync(async () => await answers.MoveNextAsync()))
        {
            if (answers.Current.Canceled)
            {
                throw new RegistryException($"watch canceled: {answers.Current.CancelReason}");
            }

            foreach (var change in answers.Current.Events)
            {
                if (change.Type == Event.Types.EventType.Put)
                {
                    yield return Entry(change.Kv);
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }

    private static GrpcChannel Connect(string endpoint, RegistryOptions options)
    {
        var separator = endpoint.IndexOf("://", StringComparison.Ordinal);
        var scheme = separator < 0 ? options.Tls is null ? "http" : "https" : endpoint[..separator];
        var address = separator < 0 ? endpoint : endpoint[(separator + 3)..];
        if (scheme is not ("http" or "https")
            || !Uri.TryCreate($"{scheme}://{address}", UriKind.Absolute, out var uri))
        {
            throw new DiscoveryException($"invalid discovery endpoint \"{endpoint}\"");
        }

        return new GrpcChannel(uri, new GrpcChannelOptions
        {
            Tls = scheme == "https" ? options.Tls ?? new SslClientAuthenticationOptions() : null,
            ConnectTimeout = options.DialTimeout,
            KeepAliveTime = options.KeepAliveTime,
            KeepAliveTimeout = options.KeepAliveTimeout,
        });
    }

    private static RegistryEntry Entry(KeyValue pair) =>
        new(pair.Key.ToStringUtf8(), pair.Value.ToStringUtf8(), pair.CreateRevision);

    // The first key after all that begin with the prefix, which is text and so does not end in 0xff.
    private static ByteString EndOf(ByteString prefix)
    {
        var end = prefix.ToByteArray();
        end[^1]++;
        return ByteString.CopyFrom(end);
    }

    private async Task<T> CallAsync<T>(
        string path, IMessage request, MessageParser<T> parser, CancellationToken cancellation)
        where T : IMessage<T>
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.RequestTimeout);
        try
        {
            if (_token.Length == 0 && _options.User.Length > 0 && _options.Password.Length > 0)
            {
                await AuthenticateAsync(limit.Token);
            }

            return await _channels[_current].CallAsync(path, request, parser, Call(), limit.Token);
        }
        catch (Exception problem) when (IsTransient(problem) && !cancellation.IsCancellationRequested)
        {
            _token = "";
            _current = (_current + 1) % _channels.Length;
            throw new RegistryException(problem.Message, problem);
        }
    }

    private async Task AuthenticateAsync(CancellationToken cancellation)
    {
        try
        {
            var answer = await _channels[_current].CallAsync(
                "/etcdserverpb.Auth/Authenticate",
                new AuthenticateRequest { Name = _options.User, Password = _options.Password },
                AuthenticateResponse.Parser,
                CallOptions.Default,
                cancellation);
            _token = answer.Token;
        }
        catch (GrpcException refused) when (refused.Status.Message == "etcdserver: authentication is not enabled")
        {
            // Then none is needed.
        }
    }

    private async Task<T> RefusedAsRegistryAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception problem) when (IsTransient(problem) && problem is not OperationCanceledException)
        {
            _token = "";
            _current = (_current + 1) % _channels.Length;
            throw new RegistryException(problem.Message, problem);
        }
    }

    private static bool IsTransient(Exception problem) =>
        problem is GrpcException or HttpRequestException or IOException or InvalidDataException
            or InvalidProtocolBufferException or OperationCanceledException;

    private CallOptions Call() => _token.Length == 0
        ? CallOptions.Default
        : new CallOptions { Metadata = [new KeyValuePair<string, string>("token", _token)] };
}

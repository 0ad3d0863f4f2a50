using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Netcd.Daemon.Discovery;

/// <summary>
/// The version 2 keys API of one server, as far as discovery needs it. Source: etcd's server/internal/clientv2/keys.go.
/// </summary>
internal sealed class KeysClient : IDisposable
{
    private const int AnswerBytesMax = 1024 * 1024;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly string _address;

    /// <param name="address">Scheme, host and port.</param>
    /// <param name="proxy">An HTTP proxy to go through; empty for none.</param>
    public KeysClient(string address, string proxy)
    {
        _address = address;
        var handler = new SocketsHttpHandler { ConnectTimeout = ConnectTimeout, AllowAutoRedirect = true };
        if (proxy.Length > 0)
        {
            var isUrl = proxy.StartsWith("http", StringComparison.Ordinal) && proxy.Contains("://");
            handler.Proxy = new WebProxy(isUrl ? proxy : "http://" + proxy);
        }

        // Waiting for a change has no limit; other calls bring their own.
        _http = new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = AnswerBytesMax,
        };
    }

    public Task<KeysAnswer?> GetAsync(string key, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"{key}?quorum=false&recursive=false&sorted=false", null, cancellation);

    public Task<KeysAnswer?> CreateAsync(string key, string value, CancellationToken cancellation) =>
        SendAsync(
            HttpMethod.Put,
            $"{key}?prevExist=false",
            new FormUrlEncodedContent([new KeyValuePair<string, string>("value", value)]),
            cancellation);

    /// <summary>The first change from an index on; null if the server gave up waiting.</summary>
    public Task<KeysAnswer?> WaitAsync(string key, ulong index, bool isRecursive, CancellationToken cancellation) =>
        SendAsync(
            HttpMethod.Get,
            $"{key}?recursive={(isRecursive ? "true" : "false")}&wait=true&waitIndex="
            + index.ToString(CultureInfo.InvariantCulture),
            null,
            cancellation);

    public void Dispose() => _http.Dispose();

    private async Task<KeysAnswer?> SendAsync(
        HttpMethod method, string keyAndQuery, HttpContent? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, _address + keyAndQuery) { Content = content };
        try
        {
            using var response = await _http.SendAsync(request, cancellation);
            if ((int)response.StatusCode / 100 == 5)
            {
                throw new RegistryException(
                    response.StatusCode is HttpStatusCode.InternalServerError or HttpStatusCode.ServiceUnavailable
                        ? $"client: etcd member {_address} has no leader"
                        : $"client: etcd member {_address} returns server error [{response.StatusCode}]");
            }

            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Created))
            {
                throw RefusalOf(body);
            }

            var index = response.Headers.TryGetValues("X-Etcd-Index", out var values)
                && ulong.TryParse(values.First(), CultureInfo.InvariantCulture, out var number) ? number : 0;
            return body.Length == 0 ? null : new KeysAnswer(NodeOf(body), index);
        }
        catch (HttpRequestException problem)
        {
            throw new RegistryException(problem.Message, problem);
        }
    }

    private static KeysNode NodeOf(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return NodeOf(document.RootElement.GetProperty("node"));
        }
        catch (Exception problem) when (IsNoAnswer(problem))
        {
            throw NoEndpoint(problem);
        }
    }

    private static KeysNode NodeOf(JsonElement node) => new(
        node.GetProperty("key").GetString() ?? "",
        node.TryGetProperty("value", out var value) ? value.GetString() ?? "" : "",
        node.TryGetProperty("createdIndex", out var created) ? created.GetUInt64() : 0,
        node.TryGetProperty("modifiedIndex", out var modified) ? modified.GetUInt64() : 0,
        node.TryGetProperty("nodes", out var nodes) ? [.. nodes.EnumerateArray().Select(NodeOf)] : []);

    private static Exception RefusalOf(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var code = root.GetProperty("errorCode").GetInt32();
            var cause = root.TryGetProperty("cause", out var text) ? text.GetString() : "";
            var index = root.TryGetProperty("index", out var number) ? number.GetUInt64() : 0;
            return new KeysException(code, $"{code}: {root.GetProperty("message").GetString()} ({cause}) [{index}]");
        }
        catch (Exception problem) when (IsNoAnswer(problem))
        {
            return NoEndpoint(problem);
        }
    }

    private static bool IsNoAnswer(Exception problem) =>
        problem is JsonException or KeyNotFoundException or InvalidOperationException or FormatException;

    private static DiscoveryException NoEndpoint(Exception problem) =>
        new("discovery: bad discovery endpoint", problem);
}

namespace Netcd.Load.Comparison;

/// <summary>One member, or several in one cluster, under measurement together.</summary>
internal sealed class ServersUnderLoad : IDisposable
{
    private readonly List<ServerUnderLoad> _servers;

    private ServersUnderLoad(List<ServerUnderLoad> servers) => _servers = servers;

    /// <summary>The client addresses, with commas between.</summary>
    public string Endpoints => string.Join(',', _servers.Select(server => server.Endpoint));

    /// <summary>From the start of the first process to the ready line of the last.</summary>
    public TimeSpan StartTime => _servers.Max(server => server.StartTime);

    /// <summary>What all of them have used.</summary>
    public ServerUsage Usage
    {
        get
        {
            var all = _servers.Select(server => server.Usage).ToList();
            return new ServerUsage(
                all.Sum(usage => usage.CpuSeconds), all.Sum(usage => usage.PeakRssBytes),
                all.Sum(usage => usage.RssBytes));
        }
    }

    public static async Task<ServersUnderLoad> StartAsync(
        string program, string dataDirectory, BenchCertificates? tls, int count)
    {
        Directory.CreateDirectory(dataDirectory);
        var servers = new List<ServerUnderLoad>();
        var all = new ServersUnderLoad(servers);
        var peers = Enumerable.Range(0, count).Select(_ => ServerUnderLoad.NewUrl(tls)).ToList();
        var cluster = string.Join(',', peers.Select((peer, index) => $"m{index + 1}={peer}"));
        try
        {
            for (var index = 0; index < count; index++)
            {
                var name = $"m{index + 1}";
                servers.Add(ServerUnderLoad.Launch(
                    program, name, Path.Combine(dataDirectory, name), peers[index], cluster, tls));
            }

            await Task.WhenAll(servers.Select(server => server.WaitReadyAsync()));
            return all;
        }
        catch
        {
            all.Dispose();
            throw;
        }
    }

    /// <summary>kill -9.</summary>
    public void Kill(int index) => _servers[index].Dispose();

    public void Dispose() => _servers.ForEach(server => server.Dispose());
}

namespace Netcd.Conformance.Infrastructure;

/// <summary>What a member serves at one moment: compared before and after a change of program.</summary>
internal sealed record StoreState(
    long Revision, uint Hash, long CompactRevision, string Keys, string Leases)
{
    public static async Task<StoreState> ReadAsync(V3Client client)
    {
        var keys = await client.EverythingAsync();
        var hash = await client.HashKvAsync(keys.Header.Revision);
        var leases = new List<string>();
        foreach (var lease in (await client.LeasesAsync()).Leases.OrderBy(lease => lease.ID))
        {
            var detail = await client.TimeToLiveAsync(lease.ID, keys: true);
            var attached = detail.Keys.Select(key => key.ToBase64()).Order(StringComparer.Ordinal);
            leases.Add($"{lease.ID} {detail.GrantedTTL} {string.Join(',', attached)}");
        }

        return new StoreState(
            keys.Header.Revision, hash.Hash, hash.CompactRevision, string.Join('\n', keys.Kvs),
            string.Join('\n', leases));
    }
}

using Netcd.Api.Tests.Support;
using Netcd.TestKit;

namespace Netcd.Api.Tests.Web;

public sealed class PathListTests
{
    /// <summary>The list from which the completeness tests of the whole program go names what is served, and no more.</summary>
    [Fact]
    public async Task The_list_of_paths_is_what_is_served()
    {
        using var api = await TestApi.StartAsync(options => options with { ProfilesEnabled = true });
        var listed = File.ReadLines(Path.Combine(
            Fixtures.RepositoryRoot, "tests", "Netcd.Conformance", "Completeness", "routes.tsv"));
        Assert.Equal(
            api.WebPaths.Order(StringComparer.Ordinal),
            listed.Where(line => !line.StartsWith('#')).Select(line => line.Split('\t')[0]).Order(StringComparer.Ordinal));
    }
}

using System.Text.RegularExpressions;

namespace Netcd.Tidy;

/// <summary>Rules about source files that no analyzer knows.</summary>
public sealed partial class SourceTests
{
    private const int LineCharactersMax = 120;
    private const int FileLinesMax = 800;
    private const long BlobBytesMax = 512 * 1024;

    [Fact]
    public void Lines_fit_the_screen()
    {
        // Texts of errors and tables of cases in tests are not cut.
        var tooLong = Checkout.Sources.Where(file => !IsTest(file)).SelectMany(file =>
            Checkout.Lines(file).Index().Where(line => line.Item.Length > LineCharactersMax)
                .Select(line => $"{file}:{line.Index + 1}"));
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Files_stay_readable() =>
        Assert.Empty(Checkout.Sources.Where(file => Checkout.Lines(file).Length > FileLinesMax));

    [Fact]
    public void Nothing_is_left_for_later() =>
        Assert.Empty(
            Checkout.Sources.Where(file => file != "tests/Netcd.Tidy/SourceTests.cs")
                .Where(file => LeftForLater().IsMatch(Checkout.Text(file))));

    [Fact]
    public void No_test_is_skipped() =>
        Assert.Empty(
            Checkout.Sources.Where(file => file != "tests/Netcd.Tidy/SourceTests.cs")
                .Where(file => Checkout.Text(file).Contains("Skip = ", StringComparison.Ordinal)));

    [Fact]
    public void Unsafe_code_and_native_calls_live_in_one_folder()
    {
        var outside = Checkout.Sources
            .Where(file => !file.StartsWith("src/Netcd.Disk/Unsafe/", StringComparison.Ordinal))
            .Where(file => file is not ("src/Netcd.Daemon/Process/NativeSignal.cs"
                or "src/Netcd.Api/Auth/Tokens/Evp.cs" or "tests/Netcd.Tidy/SourceTests.cs"))
            .Where(file => UnsafeCode().IsMatch(Checkout.Text(file)));
        Assert.Empty(outside);
    }

    [Fact]
    public void Only_the_disk_project_allows_unsafe_code() =>
        Assert.Equal(
            ["src/Netcd.Disk/Netcd.Disk.csproj"],
            Checkout.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal))
                .Where(file => Checkout.Text(file).Contains("<AllowUnsafeBlocks>true", StringComparison.Ordinal)));

    [Fact]
    public void No_large_file_is_kept() =>
        Assert.Empty(Checkout.Files.Where(file => new FileInfo(Path.Combine(Checkout.Root, file)).Length > BlobBytesMax));

    [Fact]
    public void Folders_are_named_after_concerns() =>
        Assert.Empty(Checkout.Sources.Where(file => VagueFolder().IsMatch(file)));

    private static bool IsTest(string file) =>
        file.StartsWith("tests/", StringComparison.Ordinal) || file.Contains(".Tests/", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedException")]
    private static partial Regex LeftForLater();

    [GeneratedRegex(@"\bunsafe\s+(class|struct|static|partial|void|fixed)|\[(Dll|Library)Import|\bUnsafe\.(As|Add|Read|Write)\b")]
    private static partial Regex UnsafeCode();

    [GeneratedRegex("/(Models|Helpers|Utils|Common|Misc)/")]
    private static partial Regex VagueFolder();
}

using System.IO.Compression;
using Netcd.Daemon.Logging;
using Netcd.TestKit;

namespace Netcd.Daemon.Tests.Logging;

public sealed class RotatingFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("netcd-log").FullName;

    private string Log => Path.Combine(_directory, "etcd.log");

    [Fact]
    public void A_full_file_is_set_aside_and_old_ones_are_removed()
    {
        var time = new ManualTime();
        using (var file = new RotatingFile(Log, new LogRotation { MaxSize = 1, MaxBackups = 2 }, time))
        {
            for (var i = 0; i < 5; i++)
            {
                file.Write(new byte[600 * 1024]);
                file.Write(new byte[600 * 1024]);
                time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        var files = Directory.GetFiles(_directory).Select(Path.GetFileName).Order().ToList();
        Assert.Equal(3, files.Count);
        Assert.Matches(@"^etcd-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log$", files[0]);
        Assert.Equal("etcd.log", files[2]);
        Assert.All(files, name => Assert.Equal(600 * 1024, new FileInfo(Path.Combine(_directory, name!)).Length));
    }

    [Fact]
    public void A_file_goes_on_where_it_ended_and_is_compressed_when_full()
    {
        File.WriteAllBytes(Log, new byte[1024 * 1024]);
        using (var file = new RotatingFile(Log, new LogRotation { MaxSize = 1, Compress = true }, new ManualTime()))
        {
            file.Write("line\n"u8);
        }

        Assert.Equal("line\n", File.ReadAllText(Log));
        var aside = Assert.Single(Directory.GetFiles(_directory, "*.log.gz"));
        using var content = new GZipStream(File.OpenRead(aside), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        Assert.Equal(1024 * 1024, bytes.Length);
    }

    [Fact]
    public void Files_older_than_allowed_are_removed()
    {
        var time = new ManualTime();
        using var file = new RotatingFile(Log, new LogRotation { MaxSize = 1, MaxAge = 1 }, time);
        file.Write(new byte[1024 * 1024]);
        file.Write(new byte[1024 * 1024]);
        time.Advance(TimeSpan.FromDays(2));
        file.Write(new byte[1024 * 1024]);
        Assert.Equal(2, Directory.GetFiles(_directory).Length);
    }

    [Theory]
    [InlineData("""{"maxsize": 7, "MaxAge": 1, "maxbackups": 2, "localtime": true, "compress": true}""", true)]
    [InlineData("{}", true)]
    [InlineData("{", false)]
    [InlineData("""{"maxsize": "x"}""", false)]
    [InlineData("7", false)]
    public void A_configuration_is_read_or_refused(string json, bool isGood)
    {
        if (isGood)
        {
            Assert.True(LogRotation.Parse(json).MaxBytes is 7 * 1024 * 1024 or 100 * 1024 * 1024);
        }
        else
        {
            var problem = Assert.Throws<FlagValueException>(() => LogRotation.Parse(json));
            Assert.StartsWith("improperly formatted log rotation config: ", problem.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}

using Cim.Tasks.Cache;

namespace Cim.Tasks.Tests;

public sealed class CompileCacheTests : IDisposable
{
    private const string Key = "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_stored_is_what_is_taken()
    {
        CompileCache cache = new(_folder["cache"]);
        Assert.Equal(CacheAnswer.Missing, cache.Take(Key, _folder["copy"]));
        cache.Store(Key, Compiled("x"), replaces: false);
        Assert.Equal(CacheAnswer.Taken, cache.Take(Key, _folder["copy"]));
        Assert.Equal(["model.cim", "report/report.html"], _folder.Files("copy"));
        Assert.Equal("x", File.ReadAllText(_folder["copy/model.cim"]));
        Assert.Empty(_folder.Files("cache/v1/tmp"));
    }

    [Theory]
    [InlineData(false, "old")]
    [InlineData(true, "new")]
    public void An_entry_stays_unless_it_is_to_be_replaced(bool replaces, string expected)
    {
        CompileCache cache = new(_folder["cache"]);
        cache.Store(Key, Compiled("old"), replaces: false);
        cache.Store(Key, Compiled("new"), replaces);
        cache.Take(Key, _folder["copy"]);
        Assert.Equal(expected, File.ReadAllText(_folder["copy/model.cim"]));
    }

    [Theory]
    [InlineData("a flipped bit")]
    [InlineData("a truncated file")]
    [InlineData("a missing file")]
    [InlineData("an additional file")]
    [InlineData("a missing list")]
    [InlineData("a list of nothing")]
    [InlineData("an entry of another key")]
    [InlineData("a list that leaves the folder")]
    [InlineData("a folder in place of a file")]
    public void An_entry_that_is_not_what_its_list_says_is_removed_and_not_served(string damage)
    {
        CompileCache cache = new(_folder["cache"]);
        cache.Store(Key, Compiled("content"), replaces: false);
        string entry = cache.EntryPath(Key), key = Key;
        switch (damage)
        {
            case "a flipped bit": File.WriteAllText(Path.Combine(entry, "model.cim"), "contenu"); break;
            case "a truncated file": File.WriteAllText(Path.Combine(entry, "report/report.html"), ""); break;
            case "a missing file": File.Delete(Path.Combine(entry, "report/report.html")); break;
            case "an additional file": File.WriteAllText(Path.Combine(entry, "report/more.html"), ""); break;
            case "a missing list": File.Delete(Path.Combine(entry, "manifest.txt")); break;
            case "a list of nothing": File.WriteAllText(Path.Combine(entry, "manifest.txt"), ""); break;
            case "an entry of another key":
                key = "0" + Key[1..];
                Directory.CreateDirectory(Path.GetDirectoryName(cache.EntryPath(key))!);
                Directory.Move(entry, cache.EntryPath(key));
                break;
            case "a folder in place of a file":
                File.Delete(Path.Combine(entry, "model.cim"));
                Directory.CreateDirectory(Path.Combine(entry, "model.cim"));
                break;
            case "a list that leaves the folder":
                File.AppendAllText(Path.Combine(entry, "manifest.txt"), "abc  ../../x\n");
                break;
        }
        Assert.Equal(CacheAnswer.Damaged, cache.Take(key, _folder["copy"]));
        Assert.False(Directory.Exists(_folder["copy"]));
        Assert.Equal(CacheAnswer.Missing, cache.Take(key, _folder["copy"]));
        cache.Store(key, Compiled("again"), replaces: true);
        Assert.Equal(CacheAnswer.Taken, cache.Take(key, _folder["copy"]));
    }

    [Fact]
    public void One_holder_of_a_lock_at_a_time_and_those_who_wait_know_which()
    {
        CompileCache cache = new(_folder["cache"]);
        using (IDisposable? held = cache.TryLock(Key, "which compiles 'net.onnx' for 'App.csproj'"))
        {
            Assert.NotNull(held);
            Assert.Null(new CompileCache(_folder["cache"]).TryLock(Key, ""));
            string holder = CacheLock.HolderOf(cache.LockPath(Key));
            Assert.Contains($"process {Environment.ProcessId} on {Environment.MachineName}, which compiles 'net.onnx' for 'App.csproj', "
                + $"since 2", holder, StringComparison.Ordinal);
            using IDisposable? other = cache.TryLock("00" + Key[2..], "");
            Assert.NotNull(other);
        }
        using IDisposable? again = cache.TryLock(Key, "");
        Assert.NotNull(again);
    }

    [Theory]
    [InlineData("a folder")]
    [InlineData("a link to itself")]
    [InlineData("a file in the way")]
    public void A_lock_that_cannot_be_made_is_an_exception_and_not_a_holder(string reason)
    {
        CompileCache cache = new(_folder["cache"]);
        string path = cache.LockPath(Key);
        if (reason == "a file in the way") _folder.Write("cache/v1", "");
        else Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (reason == "a folder") Directory.CreateDirectory(path);
        if (reason == "a link to itself" && !OperatingSystem.IsWindows()) File.CreateSymbolicLink(path, path);
        else if (reason == "a link to itself") return; // Links need a right there.
        Exception? e = Record.Exception(() => cache.TryLock(Key, ""));
        Assert.True(e is IOException or UnauthorizedAccessException, $"{e}");
    }

    [Theory]
    [InlineData(28)] // no space
    [InlineData(30)] // read-only file system
    [InlineData(40)] // too many links
    [InlineData(122)] // quota
    [InlineData(95)] // no locks there
    public void Only_a_file_in_use_is_a_held_lock(int errno) => Assert.False(CacheLock.IsHeld(new IOException("", errno)));

    [Fact]
    public void A_wait_ends_with_the_lock_once_its_holder_is_gone()
    {
        CompileCache cache = new(_folder["cache"]);
        CacheLock? held = cache.TryLock(Key, "the holder");
        List<string> shown = [];
        int pauses = 0;
        LockWait wait = new(cache, Key, "", _ =>
        {
            if (++pauses == 3) held!.Dispose();
            return false;
        })
        { Waiting = shown.Add };
        using CacheLock? taken = wait.Run();
        Assert.NotNull(taken);
        Assert.Equal(3, pauses);
        Assert.Contains("the holder", Assert.Single(shown), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wait_ends_where_the_holder_shows_no_sign_of_life()
    {
        CompileCache cache = new(_folder["cache"]);
        using CacheLock? held = cache.TryLock(Key, "");
        LockWait wait = new(cache, Key, "", _ => false) { Limit = TimeSpan.Zero };
        Assert.Null(wait.Run());
        Assert.True(wait.TimedOut);
    }

    [Fact]
    public void A_cancelled_wait_ends_without_the_lock()
    {
        CompileCache cache = new(_folder["cache"]);
        using CacheLock? held = cache.TryLock(Key, "");
        LockWait wait = new(cache, Key, "", _ => true);
        Assert.Null(wait.Run());
        Assert.False(wait.TimedOut);
    }

    [Fact]
    public void What_nobody_used_for_a_month_goes_when_something_new_comes()
    {
        CompileCache cache = new(_folder["cache"]);
        string old = "11" + Key[2..], used = "22" + Key[2..];
        foreach (string key in new[] { old, used }) cache.Store(key, Compiled(key), replaces: false);
        string abandoned = Directory.CreateDirectory(_folder["cache/v1/tmp/20200101-killed"]).FullName;
        foreach (string path in new[] { cache.EntryPath(old), cache.EntryPath(used), abandoned })
            Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-31));
        Assert.Equal(CacheAnswer.Taken, cache.Take(used, _folder["copy"]));

        cache.Store(Key, Compiled("new"), replaces: false);

        Assert.False(Directory.Exists(cache.EntryPath(old)));
        Assert.True(Directory.Exists(cache.EntryPath(used)));
        Assert.False(Directory.Exists(abandoned));
    }

    private string Compiled(string text)
    {
        string folder = _folder["compiled-" + Guid.NewGuid().ToString("N")];
        Directory.CreateDirectory(Path.Combine(folder, "report"));
        File.WriteAllText(Path.Combine(folder, "model.cim"), text);
        File.WriteAllText(Path.Combine(folder, "report", "report.html"), "<p>");
        return folder;
    }
}

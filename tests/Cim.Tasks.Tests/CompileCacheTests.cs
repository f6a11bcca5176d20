using Cim.Tasks.Cache;

namespace Cim.Tasks.Tests;

public sealed class CompileCacheTests : IDisposable
{
    private const string Key = "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_entry_is_absent_until_it_is_whole()
    {
        CompileCache cache = new(_folder.Path);
        string temporary = cache.CreateTemporary();
        File.WriteAllText(Path.Combine(temporary, "model.cim"), "x");
        Assert.Null(cache.Find(Key));
        cache.Store(Key, temporary);
        Assert.Equal(["model.cim"], Directory.GetFiles(cache.Find(Key)!).Select(Path.GetFileName));
        Assert.False(Directory.Exists(temporary));
    }

    [Fact]
    public void Storing_again_replaces_the_entry()
    {
        CompileCache cache = new(_folder.Path);
        foreach (string text in new[] { "old", "new" })
        {
            string temporary = cache.CreateTemporary();
            File.WriteAllText(Path.Combine(temporary, "model.cim"), text);
            cache.Store(Key, temporary);
        }
        Assert.Equal("new", File.ReadAllText(Path.Combine(cache.Find(Key)!, "model.cim")));
    }

    [Fact]
    public void One_holder_of_a_lock_at_a_time()
    {
        CompileCache cache = new(_folder.Path);
        using (IDisposable? held = cache.TryLock(Key))
        {
            Assert.NotNull(held);
            Assert.Null(new CompileCache(_folder.Path).TryLock(Key));
            using IDisposable? other = cache.TryLock("00" + Key[2..]);
            Assert.NotNull(other);
        }
        using IDisposable? again = cache.TryLock(Key);
        Assert.NotNull(again);
    }

    [Fact]
    public void What_nobody_used_for_a_month_goes_when_something_new_comes()
    {
        CompileCache cache = new(_folder.Path);
        string old = "11" + Key[2..], used = "22" + Key[2..];
        foreach (string key in new[] { old, used }) cache.Store(key, cache.CreateTemporary());
        string abandoned = cache.CreateTemporary();
        foreach (string path in new[] { cache.EntryPath(old), cache.EntryPath(used), abandoned })
            Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-31));
        Assert.NotNull(cache.Find(used));

        cache.Store(Key, cache.CreateTemporary());

        Assert.Null(cache.Find(old));
        Assert.NotNull(cache.Find(used));
        Assert.False(Directory.Exists(abandoned));
    }
}

namespace Cim.Tasks.Tests;

/// <summary>The step that searches precisions before the model is compiled, against a stand-in compiler.</summary>
public sealed class CimSearchTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly Engine _engine = new();

    public CimSearchTests() => _folder.Write("m.onnx", "model");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_search_writes_the_lock_from_which_the_model_is_compiled()
    {
        Assert.True(Search());
        Assert.Contains("m.lock.json", _folder.Files("."));
        Assert.True(Compile());
        Assert.Equal([_folder["m.onnx"] + " lock", _folder["m.onnx"]], Calls());
    }

    [Fact]
    public void A_lock_that_is_there_is_not_searched_again()
    {
        _folder.Write("m.lock.json", "{}");
        Assert.True(Search());
        Assert.Empty(Calls());
    }

    [Theory]
    [InlineData("")]
    [InlineData("uniform")]
    public void Without_a_search_there_is_nothing_to_do(string search)
    {
        Assert.True(Search(search: search));
        Assert.Empty(Calls());
    }

    [Fact]
    public void The_lock_is_beside_the_model_unless_the_item_names_one()
    {
        Assert.True(Search(lockFile: ""));
        Assert.Contains("m.cim.lock.json", _folder.Files("."));
        Assert.True(Search(lockFile: ""));
        Assert.Single(Calls());
    }

    [Fact]
    public void A_lock_beside_the_model_is_compared_with_its_inputs_where_it_may_be_refreshed()
    {
        _folder.Write("m.cim.lock.json", "{}");
        _folder.Write("m.lock.json", "{}");
        Assert.True(Search(lockFile: "", refresh: true));
        Assert.Single(Calls());
        Assert.True(Search(refresh: true)); // A lock the item names is the user's.
        Assert.Single(Calls());
    }

    [Fact]
    public void Forced_the_lock_is_searched_anew_and_then_obeyed()
    {
        _folder.Write("m.lock.json", "{}");
        Assert.True(Search(force: true));
        Assert.True(Compile(force: true));
        Assert.Equal([_folder["m.onnx"] + " lock forced", _folder["m.onnx"]], Calls());
    }

    [Fact]
    public void A_failed_search_is_an_error_and_leaves_no_lock()
    {
        Assert.False(Search(fake: "error"));
        Assert.Equal("CIM0003", Assert.Single(_engine.Errors).Code);
        Assert.DoesNotContain("m.lock.json", _folder.Files("."));
    }

    [Fact]
    public async Task Two_builds_at_once_search_once()
    {
        Task<bool>[] builds = [.. new[] { "a", "b", "c" }.Select(target => Task.Run(() => Search(target: target)))];
        Assert.All(await Task.WhenAll(builds), Assert.True);
        Assert.Single(Calls());
    }

    private string[] Calls() => File.Exists(_folder["calls.log"]) ? File.ReadAllLines(_folder["calls.log"]) : [];

    private bool Search(string search = "exact", string lockFile = "m.lock.json", bool force = false, bool refresh = false,
        string fake = "", string target = "a")
    {
        using CimSearch task = Create<CimSearch>(search, lockFile, fake, target);
        task.ForceEvaluate = force;
        task.RefreshLock = refresh;
        return task.Execute();
    }

    private bool Compile(bool force = false)
    {
        using CimCompile task = Create<CimCompile>("exact", "m.lock.json", "", "a");
        task.ForceEvaluate = force;
        return task.Execute();
    }

    private T Create<T>(string search, string lockFile, string fake, string target) where T : CompilerTask, new() =>
        FakeCompiler.Task<T>(_folder, _engine, target, fake, "m.onnx",
            [.. search.Length > 0 ? new[] { ("Search", search) } : [], .. lockFile.Length > 0 ? new[] { ("Lock", lockFile) } : []]);
}

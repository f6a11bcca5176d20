using System.Net;
using System.Text.Json.Nodes;
using Cim.Runtime;

namespace Cim.Package.Tests;

/// <summary>samples/WebApi, built from the package and asked over loopback.</summary>
[Collection(PackageTestGroup.Name)]
public sealed class WebApiTests(PackedSdk sdk)
{
    private const int Side = 28, Pictures = 200, Rounds = 10, Clients = 32;

    [Fact]
    public async Task Concurrent_uploads_get_the_answers_of_single_ones()
    {
        using WebService service = WebService.Start(Build());
        Assert.Equal("Healthy", await service.Client.GetStringAsync("/health"));
        LabelledSamples test = LabelledSamples.Open(Sample("FashionMnist/data/test.npz"));
        byte[] pixels = test.ReadBytes(0, Pictures);
        string[] labels = await File.ReadAllLinesAsync(Sample("FashionMnist/models/labels.txt"));

        // As it is, and twice as large on white: shops photograph so.
        byte[][] uploads = [.. Enumerable.Range(0, Pictures).Select(i => pixels[(i * Side * Side)..((i + 1) * Side * Side)])
            .Select((image, i) => i % 2 == 0 ? Png.Grey(image, Side, Side) : Png.Grey(DoubledOnWhite(image), 2 * Side, 2 * Side))];
        string[] alone = new string[Pictures];
        for (int i = 0; i < Pictures; i++) alone[i] = await Ask(service.Client, new ByteArrayContent(uploads[i]));
        int right = 0;
        for (int i = 0; i < Pictures; i++)
        {
            JsonArray answers = JsonNode.Parse(alone[i])!.AsArray();
            double[] shares = [.. answers.Select(a => (double)a!["probability"]!)];
            Assert.Equal(3, shares.Length);
            Assert.Equal(shares.OrderDescending(), shares);
            Assert.InRange(shares.Sum(), 0.3, 1 + 1e-9);
            if ((string)answers[0]!["label"]! == labels[test.Labels[i]]) right++;
        }

        // 92.8 % of the 2,000 test images are right.
        Assert.InRange(right, Pictures * 87 / 100, Pictures);

        await Parallel.ForAsync(0, Rounds * Pictures, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (n, _) =>
        {
            int i = n % Pictures;
            using var form = new MultipartFormDataContent { { new ByteArrayContent(uploads[i]), "image", "picture.png" } };
            // What curl --data-binary says of a body.
            using var body = new ByteArrayContent(uploads[i]) { Headers = { ContentType = new("application/x-www-form-urlencoded") } };
            Assert.Equal(alone[i], await Ask(service.Client, n % 3 == 0 ? form : body));
        });

        foreach (byte[] wrong in new byte[][] { [], [.. "no image"u8], uploads[0][..60] })
        {
            using HttpResponseMessage refused = await service.Client.PostAsync("/classify", new ByteArrayContent(wrong));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        Assert.Equal(alone[0], await Ask(service.Client, new ByteArrayContent(uploads[0])));
    }

    private string Build()
    {
        TemporaryProject project = sdk.Project("WebApi");
        foreach (string file in Directory.EnumerateFiles(Sample("WebApi"))) project.Write(Path.GetFileName(file), File.ReadAllBytes(file));
        foreach (string file in new[] { "models/fashion.onnx", "models/fashion.cim.lock.json", "models/labels.txt", "data/calibration.npz",
                     "data/test.npz" })
            project.Write("../FashionMnist/" + file, File.ReadAllBytes(Sample("FashionMnist/" + file)));
        project.Write("WebApi.csproj", PackedSdk.OfThisVersion(File.ReadAllText(Sample("WebApi/WebApi.csproj"))));
        CommandResult built = project.Build("-c", "Release", "-p:CimCacheDir=" + sdk.Cache).Succeeds();
        Assert.Contains("Classifier -> accuracy 92.", built.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", built.Output, StringComparison.Ordinal);
        return project["bin/Release/net10.0/WebApi.dll"];
    }

    private static string Sample(string path) => Path.Combine(PackedSdk.RepositoryRoot, "samples", path);

    private static async Task<string> Ask(HttpClient client, HttpContent content)
    {
        using HttpResponseMessage response = await client.PostAsync("/classify", content);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    /// <summary>Each pixel four times, dark on white.</summary>
    private static byte[] DoubledOnWhite(byte[] image)
    {
        byte[] large = new byte[4 * image.Length];
        for (int y = 0; y < 2 * Side; y++)
            for (int x = 0; x < 2 * Side; x++)
                large[(y * 2 * Side) + x] = (byte)(255 - image[(y / 2 * Side) + (x / 2)]);
        return large;
    }
}

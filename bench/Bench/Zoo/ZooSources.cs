using System.Globalization;
using System.IO.Compression;
using Cim.Bench.Accuracy;
using Cim.Bench.Common;

namespace Cim.Bench.Zoo;

/// <summary>Where the samples of the zoo come from: Debian packages, the shared data and the repository's own samples.</summary>
internal sealed class ZooSources(BenchRun run)
{
    /// <summary>Samples a search uses where there are enough; what `cim compile --search` takes at most.</summary>
    private const int Calibration = 1536;

    private const int Evaluation = 2000;

    /// <summary>Words of a language for calibration, evaluation and the last measurement.</summary>
    private const int WordsToCalibrate = 300, WordsToEvaluate = 400, UnseenWords = 1200;

    private const int Longest = 12, Shortest = 4;

    private static readonly string[] _languages = ["american-english", "ngerman", "french", "italian", "spanish"];

    private Repository Repository => run.Repository;

    /// <summary>Networks of <c>train_zoo.py</c> on Fashion-MNIST trained on the first 48,000 images.</summary>
    public ZooSplit Fashion()
    {
        ZooSamples held = Idx(Repository.Fashion("train-images-idx3-ubyte.gz")).Slice(48_000, 12_000);
        return new ZooSplit(
            held.Where(i => i % 2 == 0).Spread(Calibration), held.Where(i => i % 2 == 1).Spread(Evaluation),
            Idx(Repository.Fashion("t10k-images-idx3-ubyte.gz")));
    }

    /// <summary>The same without labels, for networks that answer with an image.</summary>
    public ZooSplit FashionWithoutLabels()
    {
        (ZooSamples calibration, ZooSamples evaluation, ZooSamples unseen) = Fashion();
        return new ZooSplit(calibration.Unlabelled(), evaluation.Unlabelled(), unseen.Unlabelled());
    }

    /// <summary>The sample application's calibration images, which its network has not seen.</summary>
    public ZooSplit FashionSample() => OfTest(
        ZooSamples.Read(
            Path.Combine(Repository.Root, "samples", "FashionMnist", "data", "calibration.npz"), "It is part of the repository.",
            1, 28, 28),
        Idx(Repository.Fashion("t10k-images-idx3-ubyte.gz")));

    /// <summary>The 1,200 training images, evenly spread, that the VGG network's recipe held out.</summary>
    public ZooSplit FashionHeldOut()
    {
        ZooSamples training = Idx(Repository.Fashion("train-images-idx3-ubyte.gz"));
        return OfTest(training.Spread(1200), Idx(Repository.Fashion("t10k-images-idx3-ubyte.gz")));
    }

    /// <summary>All there is for calibration are images the networks were trained on.</summary>
    public ZooSplit Mnist()
    {
        string folder = MnistPackage.Folder(Repository.Artifacts("accuracy"));
        return OfTest(
            Idx(Path.Combine(folder, "train-images-idx3-ubyte")).Spread(Calibration),
            Idx(Path.Combine(folder, "t10k-images-idx3-ubyte")));
    }

    /// <summary>All there is for calibration are images the networks were trained on.</summary>
    public ZooSplit Cifar()
    {
        ZooSamples test = Bin("test_batch_first932.bin");
        return new ZooSplit(Bin("train_data_batch_1_first4000.bin").Spread(Calibration), test.Slice(0, 300), test.Slice(300, 632));

        ZooSamples Bin(string name) => ZooSamples.Read(Repository.Shared("cifar10", name), "", 3, 32, 32);
    }

    /// <summary>Keyword spotting: 1,000 clips that nobody has trained on.</summary>
    public ZooSplit Keywords()
    {
        var clips = new ZooSamples(
            [1, 49, 10], File.ReadAllBytes(Repository.Shared("kws", "kws01_x_int8_1000x49x10.bin")),
            File.ReadAllBytes(Repository.Shared("kws", "kws01_y_1000.u8")), IsSigned: true);
        return new ZooSplit(clips.Where(i => i % 5 < 2), clips.Where(i => i % 5 == 2), clips.Where(i => i % 5 > 2));
    }

    /// <summary>The sample application's movements.</summary>
    public ZooSplit Motion()
    {
        ZooSamples test = Of("test.npz");
        return new ZooSplit(Of("calibration.npz"), test.Slice(0, 300), test.Slice(300, 700));

        ZooSamples Of(string name) => ZooSamples.Read(
            Path.Combine(Repository.Root, "samples", "MotionSensor", "data", name), "It is part of the repository.", 3, 32);
    }

    /// <summary>Handwritten digits of 8 x 8 pixels; of every ten the first five were trained on.</summary>
    public static ZooSplit Digits()
    {
        string path = BenchException.RequireFile(
            "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz", "Install the Debian package python3-sklearn.");
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        (var values, var labels) = (new List<byte>(), new List<byte>());
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            byte[] numbers = [.. line.Split(',').Select(n => (byte)double.Parse(n, CultureInfo.InvariantCulture))];
            values.AddRange(numbers[..^1]);
            labels.Add(numbers[^1]);
        }

        var digits = new ZooSamples([8, 8], [.. values], [.. labels]);
        return new ZooSplit(
            digits.Where(i => i % 10 is 5 or 6), digits.Where(i => i % 10 == 7), digits.Where(i => i % 10 > 7));
    }

    /// <summary>Words that one of five languages has; the class is the language. Words of buckets 0 to 5 were trained on.</summary>
    public static ZooSplit Words()
    {
        string folder = Environment.GetEnvironmentVariable("CIM_WORDS") ?? "/usr/share/dict";
        HashSet<string>[] words = [.. _languages.Select(language => File.ReadLines(BenchException.RequireFile(
            Path.Combine(folder, language), "Install the Debian packages wamerican, wngerman, wfrench, witalian and wspanish."))
            .Where(w => w.Length is >= Shortest and <= Longest && w.All(char.IsAsciiLetterLower)).ToHashSet(StringComparer.Ordinal))];
        string[][] own = [.. words.Select(set => set.Where(w => words.Count(other => other.Contains(w)) == 1)
            .Order(StringComparer.Ordinal).ToArray())];
        return new ZooSplit(
            Of(b => b == 6, WordsToCalibrate), Of(b => b == 7, WordsToEvaluate), Of(b => b > 7, UnseenWords));

        ZooSamples Of(Func<int, bool> isChosen, int count)
        {
            (var values, var labels) = (new List<byte>(), new List<byte>());
            for (int language = 0; language < own.Length; language++)
            {
                string[] chosen = [.. own[language].Where(w => isChosen(Bucket(w)))];
                foreach (int i in Common.Data.Selection.Spread(chosen.Length, Math.Min(count, chosen.Length)))
                {
                    values.AddRange(chosen[i].PadRight(Longest, '`').Select(c => (byte)(c - '`')));
                    labels.Add((byte)language);
                }
            }

            return new ZooSamples([Longest], [.. values], [.. labels]);
        }
    }

    private static ZooSplit OfTest(ZooSamples calibration, ZooSamples test) =>
        new(calibration, test.Slice(0, Evaluation), test.Slice(Evaluation, test.Count));

    private static ZooSamples Idx(string path) => ZooSamples.Read(path, "", 1, 28, 28);

    /// <summary>The checksum of <c>train_zoo.py</c>.</summary>
    private static int Bucket(string word) => word.Aggregate(7, (code, letter) => ((code * 31) + letter) % 1_000_003) % 10;
}

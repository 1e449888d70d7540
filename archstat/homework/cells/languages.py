"""Words of other languages by what they mean in English: one entry a meaning.

German, French, Spanish, Portuguese, Italian, Dutch, Swedish, Danish, Norwegian, Russian, Ukrainian,
Polish, Czech, Turkish, Vietnamese, Indonesian, Romanian, Hungarian, Finnish, Greek, Hebrew, Arabic,
Persian, Hindi, Thai; Chinese, Japanese and Korean, without blanks between words. Accents may be
missing. A hyphen at the end of a word stands for any ending.
"""

# ruff: noqa: RUF001  letters of other alphabets are what this module is about

from __future__ import annotations

WORDS = {
    "": """
        modelo, modelos, modèle, modell, modells, modello, модель, модели, моделі, сети, сеть,
        мережі, rede, red, réseau, rete, netzwerk, netzes, netz, sieci, ağ, ağın, mạng, mô hình,
        jaringan, dell, all, esta, este, cette, ce, dieser, diese, questo, questa, tej, этого,
        geschätzte, estimado, estimados, estimada, estimadas, estimé, estimés, stimati, stimato,
        tahmini, ước tính, примерно, оценка, приблизительно, perkiraan, szacunkowa, nell, sull,
        de, du, des, d, la, le, les, l, el, los, las, do, da, dos, das, o, os, della, delle,
        dello, dei, degli, di, der, die, den, del, van, het, von, cua, cho, cac, yang, dari,
        och, w, na, z, po, pada, para, pour, per, pro, je, mỗi, каждого, кожного, на, в, у, of,
        the, by, av, på, til, af, det, ve, și, cu, és, του, της, των, το, η, ο, στο, из, ال, في,
        من, لكل, کل, هر, ze, za, en, em, im, du réseau
        """,
    "layer": """
        schicht, schichten, couche, couches, capa, capas, camada, camadas, strato, strati,
        livello, laag, lagen, слой, слоя, слои, слоёв, шар, шару, шари, шарів, warstwa, warstwy,
        warstw, katman, katmanlar, katmani, giai đoạn, etapa, étape, stufe, этап, етап, aşama,
        lớp, tầng, lapisan, vrstva, vrstvy, vrstev, lager, lagret, lag, laget, strat, straturi,
        stratul, réteg, rétegek, rétegnév, kerros, kerrokset, στρώμα, επίπεδο, επίπεδα, sloj,
        slojevi, shtresa, שכבה, שכבות, الطبقة, طبقة, الطبقات, طبقات, لایه, لایه ها, परत, परतें,
        लेयर, ชั้น, เลเยอร์, ebene, ebenen, nivel, livelli, nível, kihi, slānis, sluoksnis
        """,
    "name": """
        name, bezeichnung, nom, nome, naam, название, имя, назва, nazwa, ad, adı, isim, tên,
        nama, název, jméno, namn, navn, nume, numele, név, nimi, όνομα, meno, שם, اسم, نام, नाम,
        ชื่อ, adi, наименование
        """,
    "block": """
        blöcke, bloque, bloques, bloc, blocs, bloco, blocos, blocco, blocchi, blok, blokken,
        блок, блоки, блоку, bloki, bloklar, khối, modul, modulo, módulo, módulos, модуль, moduł,
        mô đun, komponente, komponenten, composant, composants, componente, componentes,
        компонент, компоненты, bileşen, thành phần, komponen, fase, fases, phase, faz, этапа,
        stadium, stadio, stadi, stadion, tahap, tahapan, элемент, elemento, element, bloky,
        bloků, blokk, block-, blocul, blocuri, lohko, μπλοκ, בלוק, كتلة, الكتلة, بلوک, ब्लॉक,
        บล็อก, abschnitt
        """,
    "type": """
        typ, art, tipo, soort, тип, вид, rodzaj, tür, türü, tip, tipi, loại, kiểu, jenis, tipe,
        druh, typen, typer, típus, tyyppi, τύπος, סוג, نوع, النوع, प्रकार, ประเภท, tipul, vrsta,
        typu
        """,
    "number of": """
        anzahl, zahl, nombre, nb, nbre, numero, núm, num, número, nº, n°, n., quantità,
        quantité, cantidad, quantidade, qtd, aantal, число, количество, кол во, кількість,
        кількости, liczba, ilość, sayısı, sayı, adet, adedi, số lượng, số, jumlah, banyak,
        banyaknya, počet, množství, antal, antall, număr, numărul, száma, darabszám, määrä,
        lukumäärä, αριθμός, πλήθος, broj, מספר, כמות, عدد, تعداد, संख्या, จำนวน, к сть, кол,
        zahl der
        """,
    "size": """
        größe, groesse, grösse, abmessung-, dimension, dimensionen, auflösung, taille,
        dimensions, résolution, tamaño, tamanho, dimensión, dimensiones, dimensão, dimensões,
        dimensione, dimensioni, grootte, afmeting-, размер, размеры, размерность, розмір,
        розміри, розмірність, rozmiar, rozmiary, wymiar, wymiary, boyut, boyutu, boyutlar-,
        kích thước, kich cỡ, kích cỡ, ukuran, dimensi, velikost, rozměr, rozměry, storlek,
        storleken, størrelse, dimensiune, dimensiuni, dimensiunea, mărime, mérete, méret,
        méretek, koko, μέγεθος, διαστάσεις, διάσταση, veličina, גודל, מימד, מימדים, ממדים, حجم,
        الحجم, أبعاد, ابعاد, الأبعاد, اندازه, आकार, ขนาด, taglia, maße, medidas,
        dimensionalität, dimensionalidad, dimensionalità, размерности, разрешение, tamaños,
        tamanhos, tailles, größen, sizing, abmaße, ebat, hacim, dimensión de, kích cở, luas
        """,
    "shape": """
        form, forme, forma, vorm, форма, kształt, şekil, şekli, hình dạng, bentuk, tvar, formen,
        formă, alak, alakja, muoto, σχήμα, oblik, צורה, צורת, شكل, الشكل, شکل, รูปร่าง, formato,
        gestalt, biçim, biçimi
        """,
    "input": """
        eingabe, eingang, eingangs, entrée, entrées, entrada, entradas, ingresso, ingressi,
        invoer, вход, входа, входной, входная, входные, на входе, вхід, входу, вхідний, вхідна,
        вході, wejście, wejścia, wejściowy, wejściow-, girdi, giriş, đầu vào, masukan, input,
        vstup, vstupu, vstupní, vstupů, indata, inngang, inndata, intrare, intrării, intrări,
        bemenet, bemeneti, syöte, είσοδος, εισόδου, ulaz, ulazni, קלט, כניסה, المدخلات, مدخلات,
        الإدخال, الادخال, مدخل, المدخل, الدخل, ورودی, इनपुट, อินพุต, eingabedaten, giris, girdisi
        """,
    "output": """
        ausgabe, ausgang, ausgangs, sortie, sorties, salida, salidas, saída, saídas, uscita,
        uscite, uitvoer, выход, выхода, выходной, выходная, выходные, на выходе, вихід, виходу,
        вихідний, вихідна, виході, wyjście, wyjścia, wyjściow-, çıktı, çıkış, çıktısı, đầu ra,
        keluaran, output, výstup, výstupu, výstupní, výstupů, utdata, utgång, utgang, uitgang,
        uddata, udgang, ieșire, ieșirii, ieșiri, iesire, kimenet, kimeneti, lähtö, tuloste,
        ulostulo, έξοδος, εξόδου, izlaz, izlazni, פלט, יציאה, المخرجات, مخرجات, الإخراج,
        الاخراج, المخرج, مخرج, الخرج, خروجی, आउटपुट, เอาต์พุต, ausgabedaten, cikti, cikis,
        çıkışı, saida
        """,
    "kernel": """
        kern, kerne, kerns, noyau, noyaux, núcleo, núcleos, nucleo, nuclei, kernen, ядро, ядра,
        ядер, jądro, jądra, çekirdek, çekirdeği, nhân, hạt nhân, nhân tích chập, kernel, jádro,
        jádra, jader, kärna, kärn, kärnor, kjerne, kjerner, nucleu, nucleului, kernelek, ydin,
        πυρήνας, πυρήνα, jezgra, גרעין, النواة, نواة, کرنل, هسته, कर्नेल, เคอร์เนล, faltungskern
        """,
    "filter": """
        filtre, filtres, filtro, filtros, filtri, фильтр, фильтра, фильтры, фильтров, фільтр,
        фільтра, фільтри, фільтрів, filtr, filtra, filtry, filtrów, filtresi, filtreler, bộ lọc,
        tapis, filter, filtern, filtrů, filtru, filtret, filtrene, filtrului, szűrő, szűrők,
        suodatin, suodattimet, suodattimien, φίλτρο, φίλτρα, φίλτρων, filteri, מסנן, מסננים,
        المرشحات, مرشحات, المرشح, مرشح, الفلاتر, فلتر, الفلتر, فیلتر, فیلترها, فیلتر ها, फ़िल्टर,
        ฟิลเตอร์
        """,
    "stride": """
        schrittweite, schritt, pas, foulée, paso, pasos, zancada, passo, passi, stap,
        stapgrootte, schrede, шаг, шага, крок, кроку, krok, kroku, adım, adımı, kaydırma, bước,
        bước nhảy, bước trượt, sải, langkah, posun, steg, steglängd, stegstørrelse, skridt,
        pasul, lépésköz, lépés, askel, askelpituus, βήμα, korak, צעד, قفز, الخطوة, خطوة, گام,
        स्ट्राइड, adim
        """,
    "padding": """
        auffüllung, polsterung, randauffüllung, remplissage, rembourrage, marge, bourrage,
        relleno, preenchimento, enchimento, riempimento, imbottitura, opvulling, паддинг,
        отступ, отступы, дополнение, заполнение, падінг, паддінг, відступ, доповнення,
        заповнення, dopełnienie, wypełnienie, dolgu, dolgulama, đệm, phần đệm, lề, bantalan,
        výplň, utfyllnad, vaddering, fylling, umplere, bordare, kitöltés, täyte, γέμισμα,
        nadopuna, ריפוד, الحشو, حشو, پدینگ, पैडिंग
        """,
    "dilation": """
        dilatation, dilatación, dilatação, dilatazione, dilatatie, расширение, дилатация,
        дилатація, розширення, dylatacja, genişleme, độ giãn, dilasi
        """,
    "groups": """
        gruppen, groupes, grupos, gruppi, groepen, группы, групп, групи, груп, grupy, grup,
        gruplar, nhóm
        """,
    "weights": """
        gewicht-, poids, pesos, peso, pesi, веса, весов, вес, ваги, ваг, вага, wagi, wag, waga,
        ağırlık-, agırlık-, trọng số, bobot, váhy, vah, váha, vikter, vikt, vekter, vægte,
        ponderi, ponderile, greutăți, súlyok, súly, súlyszám, painot, paino, painoja, βάρη,
        βαρών, težine, משקלים, משקולות, الأوزان, الاوزان, أوزان, اوزان, وزن ها, وزنها, وزن, भार,
        वज़न, น้ำหนัก, agirlik-
        """,
    "biases": """
        biais, sesgo, sesgos, viés, vieses, polarizzazione, polarizzazioni, смещение, смещения,
        смещений, зсув, зміщення, зсуви, zsuw, obciążenie, sapma, yanlılık, hệ số chệch,
        độ lệch, bias, bias-, biasy, prahy, biaserna, biasok, eltolás, πολώσεις, הטיה, הטיות,
        الانحياز, الانحيازات, انحياز, بایاس, बायस, ไบแอส
        """,
    "params": """
        parameter, parametern, parameters, paramètre, paramètres, parámetro, parámetros,
        parâmetro, parâmetros, parametro, parametri, параметр, параметра, параметры, параметров,
        параметри, параметрів, parametr, parametry, parametrów, parametre, parametreler,
        parametresi, tham số, parametrů, parametrar, parametrene, parametrii, parametrilor,
        paraméter, paraméterek, paramétereinek, parametrit, parametreja, παράμετροι, παραμέτρων,
        parametara, פרמטרים, פרמטר, المعاملات, معاملات, المعلمات, معلمات, البارامترات,
        بارامترات, باراميتر, البارامتر, معاملا, پارامتر, پارامترها, پارامتر ها, पैरामीटर,
        पैरामीटर्स, पैरामीटरों, พารามิเตอร์, param, paramater, params
        """,
    "trainable": """
        trainierbar-, lernbar-, entraînable-, apprenables, entrenable-, treináve-, addestrabil-,
        trainbare, обучаем-, навчальн-, trenowaln-, uczonych, eğitilebilir, huấn luyện được,
        trénovateln-, učených, träningsbara, trenbare, antrenabili, antrenabil-, tanítható,
        opetettav-, εκπαιδεύσιμ-, נלמדים, القابلة للتدريب, قابلة للتدريب, قابل آموزش,
        प्रशिक्षण योग्य, aprendibl-, aprendív-, allenabil-, entraînabl-, apprenabl-,
        apprentissables, дообучаем-, тренируем-, uczone, uczony-, trenowalne, öğrenilebilir,
        öğrenilen, được huấn luyện, huấn luyện, dilatih, dapat dilatih, trainierte, gelernte,
        erlernbar-, entrenad-, treinad-, навчаються
        """,
    "neurons": """
        neuronen, neuron, neurone, neurones, neurona, neuronas, neurônio, neurônios, neurónio,
        neurónios, neuroni, нейрон, нейроны, нейронов, нейрони, нейронів, neurony, neuronów,
        nöron, nöronlar, nơ ron, nơron, noron, neuronů, neuroner, nevroner, neuronok, neuronit,
        neuroneja, νευρώνες, νευρώνων, נוירונים, الخلايا العصبية, خلايا عصبية, الخلايا,
        العصبونات, نورون ها, نورون, نورونها, न्यूरॉन, นิวรอน, unités, unidades, unità, einheiten,
        jednostki
        """,
    "activations": """
        aktivierungen, activaciones, ativações, attivazioni, activaties, активации, активаций,
        активації, активацій, aktywacje, aktywacji, aktivasyonlar, aktivasyon, kích hoạt,
        aktivasi, aktywacja, aktywacyjn-, aktivace, aktiveringar, aktiveringer, activări,
        activării, aktivációk, aktivaatiot, ενεργοποιήσεις, הפעלות, التنشيطات, فعال سازی
        """,
    "activation": """
        aktivierung, activación, ativação, attivazione, activatie, активация, активація,
        aktivering, activare, aktiváció, aktivaatio, ενεργοποίηση, הפעלה, التنشيط, التفعيل,
        تفعيل, فعال ساز, kích hoạt hàm
        """,
    "function": """
        funktion, fonction, función, função, funzione, functie, функция, функція, функції,
        funkcja, fonksiyon, fonksiyonu, hàm, fungsi, funkce, funksjon, funcție, funcția,
        függvény, funktio, συνάρτηση, פונקציה, فונקציית, دالة, وظيفة, تابع, फ़ंक्शन
        """,
    "map": """
        karte, carte, mapa, mappa, kaart, карта, карты, карти, harita, haritası, bản đồ, peta
        """,
    "feature map": """
        merkmalskarte, merkmalskarten, feature-map, feature-maps, carte de caractéristiques,
        carte d activation, cartes de caractéristiques, carte des caractéristiques,
        mapa de características, mapas de características, mapa de activación,
        mapa de atributos, mapa de ativação, mapa de activação, mappa delle caratteristiche,
        mappa di attivazione, mappe di caratteristiche, kenmerkenkaart, карта признаков,
        карты признаков, карт признаков, карта ознак, карти ознак, карт ознак, mapa cech,
        mapy cech, map cech, özellik haritası, öznitelik haritası, özellik haritaları,
        bản đồ đặc trưng, peta fitur, příznaková mapa, příznakové mapy, příznakových map,
        mapa příznaků, map příznaků, egenskapskarta, særpreg, hartă de caracteristici,
        hărți de caracteristici, jellemzőtérkép, piirrekartta, χάρτης χαρακτηριστικών,
        mapa značajki, מפת מאפיינים, مפת תכונות, خريطة السمات, خريطة الميزات, خرائط السمات,
        خرائط الميزات, نقشه ویژگی, فیچر مپ
        """,
    "receptive field": """
        rezeptives feld, rezeptiven felds, rezeptiven feldes, rezeptive feld, champ récepteur,
        champ réceptif, champs récepteurs, campo receptivo, campo recetivo, campo recettivo,
        campo ricettivo, receptief veld, рецептивное поле, рецептивного поля, рецептивне поле,
        pole recepcyjne, pola recepcyjnego, pole receptywne, alıcı alan, alıcı alanı,
        algı alanı, algılama alanı, trường tiếp nhận, vùng tiếp nhận, trường cảm thụ,
        vùng cảm thụ, vùng nhận thức, bidang reseptif, area reseptif, medan reseptif,
        daerah reseptif, receptivní pole, receptivního pole, receptivt fält, receptivt felt,
        reseptivt felt, câmp receptiv, câmpul receptiv, receptív mező, receptív mezője,
        vastaanottokenttä, reseptiivinen kenttä, υποδεκτικό πεδίο, δεκτικό πεδίο,
        receptivno polje, שדה קליטה, שדה קולט, الحقل الاستقبالي, حقل الاستقبال,
        المجال الاستقبالي, میدان دریافت, میدان تاثیر, میدان پذیرش, पंक्ति क्षेत्र,
        campo perceptivo, rezeptives, recettivo, receptywne pole, поле восприятия, поле рецепции
        """,
    "effective": """
        effektive, effektiver, effectif, effective, efectivo, efetivo, effettivo, effettiva,
        effectieve, эффективный, ефективний, efektywny, etkin, hiệu dụng, efektif, efektivní,
        effektiv, efectiv, effektív, tehollinen, فعال, الفعال, effettiv-, efectiv-, efetiv-
        """,
    "cumulative": """
        kumulativ-, kumulierte, cumulé, cumulée, cumulatif, acumulado, acumulada, cumulativo,
        cumulativa, cumulatieve, накопленный, суммарный, накопичений, skumulowany, kümülatif,
        birikimli, tích lũy, kumulatif, kumulativní, kumulativ, cumulat, cumulativ, kumulált,
        kumulatiivinen, σωρευτικός, التراكمي, تراكمي, تجمعی, накопл-, skumulowan-, acumulad-,
        kumuliert-, cumulat-, cumulé-
        """,
    "jump": """
        sprung, saut, salto, sprong, скачок, стрибок, skok, sıçrama, lompatan, hopp, hopp-,
        ugrás, άλμα, قفزة, پرش, zıplama
        """,
    "start": "anfang, début, inicio, início, inizio, begin, начало, початок, początek, awal",
    "memory": """
        speicher, speicherbedarf, speicherplatz, mémoire, memoria, memória, geheugen, память,
        памяти, пам'ять, пам'яті, pamięć, pamięci, bellek, bộ nhớ, memori, paměť, minne,
        hukommelse, memorie, memóriaigény, muisti, μνήμη, memorija, זיכרון, الذاكرة, ذاكرة,
        حافظه, मेमोरी, หน่วยความจำ
        """,
    "operations": """
        operationen, rechenoperationen, opérations, operaciones, operações, operazioni,
        bewerkingen, operaties, операции, операций, операції, операцій, operacje, operacji,
        işlem, işlemler, phép tính, phép toán, operasi, operace, operací, operationer,
        operasjoner, operații, operațiilor, műveletek, operaatiot, πράξεις, operacija, פעולות,
        العمليات, عمليات, عملیات
        """,
    "multiplications": """
        multiplikationen, multiplicaciones, multiplicações, moltiplicazioni,
        vermenigvuldigingen, умножения, умножений, множень, множення, mnożenia, mnożeń, çarpma,
        çarpmalar, phép nhân, perkalian, násobení, multiplikationer, multiplikasjoner,
        înmulțiri, multiplicări, szorzások, kertolaskut, πολλαπλασιασμοί, množenja, כפל,
        عمليات الضرب, الضرب, ضرب
        """,
    "total": """
        gesamt, gesamten, insgesamt, summe, totale, totaal, общего, общее, общей, общий,
        загальної, всего, итого, всього, разом, усього, razem, suma, łącznie, toplam, tổng,
        tổng cộng, total, celkem, celkový, celková, součet, totalt, sammanlagt, i alt, összesen,
        összes, yhteensä, σύνολο, συνολικός, ukupno, סהכ, סך הכל, المجموع, الإجمالي, الاجمالي,
        إجمالي, اجمالي, مجموع, कुल, รวม, complessivo, complessiva, gesamte, totales, totais,
        totali, загальна, загалом, общая, tổng số, toplamı, جمع
        """,
    "channels": """
        kanäle, kanal, kanälen, canaux, canal, canales, canais, canali, canale, kanalen, kanaal,
        каналы, каналов, канал, канали, каналів, kanały, kanałów, kanallar, kênh, kanal-,
        saluran, kanály, kanálů, kanaler, canalelor, csatorna, csatornák, csatornaszám, kanavat,
        kanavien, κανάλια, καναλιών, kanali, kanala, ערוצים, القنوات, قنوات, قناة, کانال,
        کانال ها, کانالها, चैनल, ช่อง, kanalanzahl
        """,
    "before": """
        vor, avant, antes de, antes, prima, voor, до, przed, önce, trước, sebelum, innan, før,
        înainte, előtt, ennen, πριν, prije, לפני, قبل, पहले, ante, davor
        """,
    "after": """
        nach, après, tras, después de, depois de, luego de, em seguida, после слоя, después,
        depois, dopo, na, после, після, sonra, sau, setelah, efter, etter, după, után, jälkeen,
        μετά, nakon, אחרי, بعد, पश्चात, danach
        """,
    "share": """
        anteil, part, proportion, porcentaje, proporción, proporção, percentuale, quota,
        aandeel, доля, процент, частка, відсоток, udział, procent, oran, yüzde, tỷ lệ, tỉ lệ,
        persentase, podíl, andel, procente, proporție, arány, százalék, osuus, ποσοστό, udio,
        אחוז, النسبة, نسبة, درصد, सहभाग, prozent, pourcentage, percentual
        """,
    "spatial": """
        räumlich-, spatial-, espacia-, spazial-, пространственн-, просторов-, uzamsal,
        không gian, spasial
        """,
}
UNSPACED = {
    "": """
        模型 网络 網路 モデル ネットワーク 모델 네트워크 估算 估计 約 推定 예상 추정 大约 的 の
        의 之 各 每 단위 は を が 及 和 と に占める に対する 占 에서 데이터 数据 データ に 된 한
        별 당 总体
        """,
    "layer": "层 層 網路層 网络层 레이어 계층 レイヤー レイヤ 階層 阶层",
    "block": """
        块 塊 模块 模組 组件 部分 阶段 階段 ブロック モジュール 블록 블럭 모듈 단계 구성요소
        """,
    "name": "名称 名稱 名前 名字 名 이름",
    "type": "类型 類型 種類 种类 タイプ 종류 타입",
    "number of": "数量 數量 个数 個數 個数 数目 數目 数 數 갯수 개수 수",
    "size": "大小 尺寸 规模 サイズ 크기 사이즈 规格 大きさ",
    "shape": "形状 形狀 维度 維度 형상 형태 모양 次元 차원 形 형식 结构 構造",
    "input": "输入 輸入 入力 입력",
    "output": "输出 輸出 出力 출력",
    "kernel": "卷积核 卷積核 池化核 核 カーネル 커널",
    "filter": "滤波器 濾波器 过滤器 フィルタ フィルター 필터 过滤核",
    "stride": "步长 步長 步幅 ストライド 스트라이드 보폭",
    "padding": "填充 补零 パディング 패딩",
    "dilation": "膨胀率 扩张率 空洞率",
    "groups": "分组 分組 组 グループ 그룹",
    "weights": "权重 權重 权值 重み 가중치",
    "biases": "偏置 偏差 バイアス 편향 바이어스",
    "params": "参数量 參數量 参数 參數 パラメータ パラメーター 파라미터 매개변수 모수",
    "trainable": """
        可训练 可訓練 可学习 可學習 訓練可能 学習可能 학습가능한 학습가능 학습 训练 訓練 学習
        """,
    "non-trainable": "不可训练 不可訓練 非训练 非可训练 訓練不可 학습불가능",
    "neurons": "神经元 神經元 节点 節點 ニューロン 뉴런 노드 ユニット 유닛 单元 單元",
    "activations": "激活值 活性化値 활성값 激活数",
    "feature map": "特征图 特徵圖 特徴マップ 특징맵 특성맵 피처맵 피쳐맵",
    "channels": "通道 频道 チャネル チャンネル 채널",
    "receptive field": "感受野 感受域 受容野 수용영역 수용장 수용야",
    "memory": "内存 內存 显存 存储 メモリ 메모리",
    "operations": "运算 運算 计算 計算 演算 연산",
    "multiplications": "乘法 乗算 곱셈",
    "connections": "连接 連接 接続 연결",
    "total": "总 總 合计 合計 总计 总共 全部 全体 総 합계 총 전체",
    "share": "占比 比例 割合 비율 百分比",
    "cumulative": "累积 累计 累積 累計 누적",
    "before": "之前 前",
    "after": "之后 之後 後 后",
    "spatial": "空间 空間 공간",
}
"""Words of languages that put no blanks between words; Korean words may stand without, too."""
